import type { Result } from '@creance/proto';
import type { CurrentRegistry, Registry } from './domain/registry.js';
import { withoutLeaving } from './domain/registry-leaving.js';

/** The registry in force. Every decision asks `current` anew. */
export class LiveRegistry {
  #registry: Registry;
  #last: Promise<unknown> = Promise.resolve();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  readonly current: CurrentRegistry = () => this.#registry;

  /**
   * Puts another registry in force once `write` has written it down; when it refuses or fails, the one
   * before holds again. Meanwhile those that leave are gone already, and what comes is not there yet: nobody
   * gets in by either. One change after the other: `write` is given the registry that it replaces.
   */
  change<V, E>(
    registry: Registry,
    write: (before: Registry) => Promise<Result<V, E>>,
  ): Promise<Result<V, E>> {
    const changed = this.#last.then(() => this.#put(registry, write));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async #put<V, E>(
    registry: Registry,
    write: (before: Registry) => Promise<Result<V, E>>,
  ): Promise<Result<V, E>> {
    const before = this.#registry;
    let next = before;
    this.#registry = withoutLeaving(before, registry);
    try {
      const written = await write(before);
      if (written.ok) next = registry;
      return written;
    } finally {
      this.#registry = next;
    }
  }
}
