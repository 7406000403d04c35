import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plant } from './plant.js';
import { scratchFolder, startBroker } from './stage.js';
import { openBenchStore } from './tree-store.js';

/** A data folder of a development broker in whose store sessions are planted while it is stopped. */
export class PlantedFolder {
  readonly data: string;
  #sessions = 0;

  private constructor(data: string) {
    this.data = data;
  }

  /** A folder that its broker has made: identity, keys and the registry of the manifest. */
  static async make(): Promise<PlantedFolder> {
    const folder = new PlantedFolder(scratchFolder());
    await (await startBroker({ data: folder.data })).stop();
    return folder;
  }

  /** How many live sessions were planted. */
  get sessions(): number {
    return this.#sessions;
  }

  /** Plants until there are so many, by the store's own steps. */
  async grow(sessions: number): Promise<void> {
    const identity = JSON.parse(readFileSync(join(this.data, 'identity.json'), 'utf8'));
    const store = await openBenchStore(this.data, identity);
    await plant(store, `tree of ${sessions}`, sessions - this.#sessions);
    this.#sessions = sessions;
    await store.close();
  }

  remove(): void {
    rmSync(this.data, { recursive: true, force: true });
  }
}
