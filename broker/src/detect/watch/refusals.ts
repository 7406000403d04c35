import { watchBounds } from './bounds.js';
import type { KeptProfile } from './kept-profile.js';

interface Count {
  seen: number;
  denied: number;
}

/** How often a workload's calls are refused: all of them, and each action's. */
export class Refusals {
  readonly #actions = new Map<string, Count>();
  readonly #all: Count = { seen: 0, denied: 0 };

  /** Actions that were learned from, faded. */
  get seen(): number {
    return this.#all.seen;
  }

  /** How often an action is refused: what it has shown, shrunk towards what all have. */
  share(action: string): number {
    const all = (this.#all.denied + 1) / (this.#all.seen + 20);
    const own = this.#actions.get(action);
    return ((own?.denied ?? 0) + 5 * all) / ((own?.seen ?? 0) + 5);
  }

  /** Learns from an action. */
  learn(action: string, denied: boolean): void {
    const own = this.#actions.get(action) ?? { seen: 0, denied: 0 };
    for (const one of [own, this.#all]) {
      one.seen += 1;
      if (denied) one.denied += 1;
    }
    if (this.#actions.size < watchBounds.watchActions) this.#actions.set(action, own);
  }

  /** Lets what was learned count for a share of itself. */
  fade(share: number): void {
    for (const one of [...this.#actions.values(), this.#all]) {
      one.seen *= share;
      one.denied *= share;
    }
  }

  /** As it is kept. */
  kept(): Pick<KeptProfile, 'refusals' | 'all'> {
    return {
      refusals: [...this.#actions].map(([name, { seen, denied }]) => [name, seen, denied]),
      all: [this.#all.seen, this.#all.denied],
    };
  }

  /** Takes what was kept. */
  restore({ refusals, all }: Pick<KeptProfile, 'refusals' | 'all'>): void {
    for (const [name, seen, denied] of refusals) this.#actions.set(name, { seen, denied });
    [this.#all.seen, this.#all.denied] = all;
  }
}
