import { encodeBase64url, type Result, refuse } from '@creance/proto';
import { changeRegistry } from './commands/change-registry.js';
import type { CurrentRegistry, Registry } from './domain/registry.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import type { StartFault } from './start-fault.js';
import type { RegistryChanged, Store } from './store/store.js';

/** Parts of the registry in force. */
export interface LiveRegistryParts {
  readonly store: Pick<Store, 'changeRegistry'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** The registry in force. Every decision asks `current` anew. */
export class LiveRegistry {
  readonly #parts: LiveRegistryParts;
  #registry: Registry;

  constructor(registry: Registry, parts: LiveRegistryParts) {
    this.#registry = registry;
    this.#parts = parts;
  }

  readonly current: CurrentRegistry = () => this.#registry;

  /**
   * Puts another registry in force. It counts before the store ends what it no longer holds: nobody gets
   * in by the old one meanwhile. When the store cannot write, the old one holds again.
   */
  async change(registry: Registry): Promise<Result<RegistryChanged, StartFault>> {
    const before = this.#registry;
    this.#registry = registry;
    const changed = await this.enforce();
    if (!changed.ok && this.#registry === registry) this.#registry = before;
    return changed;
  }

  /** Ends the sessions of members that the registry does not hold, or that another owner has now. */
  async enforce(): Promise<Result<RegistryChanged, StartFault>> {
    const { store, clock, entropy } = this.#parts;
    const changed = await changeRegistry(store)(this.#registry, {
      requestId: encodeBase64url(entropy.bytes(16)),
      now: clock.now(),
      address: '',
      caller: { kind: 'broker' },
    });
    if (changed.ok) return changed;
    const { reason } = changed.error;
    return refuse({
      code: reason,
      lines: ['sessions of members that left the manifest could not be ended'],
      fix: 'look at the disk of the data folder, and try again',
      exitCode: 75,
    });
  }
}
