import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../broker/src/domain/instant.js';
import { type BrokerKeys, openKeys } from '../../broker/src/tokens/broker-keys.js';
import { testIdentity } from '../support/store.js';
import { memoryFolder } from './memory-folder.js';

/** The broker's keys on its disk: every world finds those of the first one. */
export class KeyFolder {
  readonly #folder = mkdtempSync(join(memoryFolder(), 'creance-simulator-'));
  #pristine: ReadonlyMap<string, string> | undefined;

  /** Loads the keys, as a broker does at its start. */
  open(now: Instant): BrokerKeys {
    const keys = openKeys(this.#folder, testIdentity, now);
    if (!keys.ok) throw new Error(keys.error.code);
    this.#pristine ??= this.#texts();
    return keys.value;
  }

  /** Undoes what a world has done to the keys. */
  reset(): void {
    const pristine = this.#pristine ?? new Map<string, string>();
    for (const name of this.#names()) {
      if (!pristine.has(name)) rmSync(join(this.#folder, name));
    }
    for (const [name, text] of pristine) {
      if (this.#read(name) !== text) writeFileSync(join(this.#folder, name), text, { mode: 0o600 });
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #texts(): ReadonlyMap<string, string> {
    return new Map(this.#names().map((name) => [name, this.#read(name) as string]));
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  #names(): string[] {
    const found = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
    return found
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(this.#folder.length + 1));
  }
}
