import fc from 'fast-check';
import { actionOf, startMillis, usual } from '../../broker/src/detect/doubles/watched-actions.js';
import type { Action } from '../../broker/src/detect/watch/action.js';

/** One action of a history, without its time: the gap before it instead. */
export interface Move {
  readonly gapMillis: number;
  readonly over: Partial<Action>;
}

const usualMove = fc.constantFrom(...usual);

/** What the taught workload never does. */
const strangeMove: fc.Arbitrary<Partial<Action>> = fc.record({
  resource: fc.constantFrom('vault', 'billing', 'crm'),
  name: fc.constantFrom('export', 'secrets.read', 'keys.create', 'users.list'),
  sensitivity: fc.constantFrom('bulk_read', 'auth', 'write_admin', 'evidence_removal'),
  denied: fc.boolean(),
  destinations: fc.uniqueArray(fc.constantFrom('ada', 'eve', 'drop', 'box'), { maxLength: 3 }),
});

const gap = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 1_000, max: 9_000 }),
  fc.integer({ min: 60_000, max: 4_000_000 }),
);

/** What a session does: usual and strange things, at any pace. */
export const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    gapMillis: gap,
    over: fc
      .tuple(
        fc.oneof({ weight: 3, arbitrary: usualMove }, { weight: 2, arbitrary: strangeMove }),
        fc.record({
          network: fc.constantFrom('192.0.2.0/24', '198.51.100.0/24', undefined),
          client: fc.constantFrom('node', 'curl', undefined),
          binding: fc.constantFrom('bound', 'none', undefined),
          isStrong: fc.boolean(),
        }),
      )
      .map(([move, origin]) => ({ ...move, ...origin })),
  }),
  { minLength: 1, maxLength: 30 },
);

/** Moves as actions, from an instant on. */
export function actionsOf(history: readonly Move[], fromMillis: number = startMillis): Action[] {
  let atMillis = fromMillis;
  return history.map(({ gapMillis, over }) => {
    atMillis += gapMillis;
    return actionOf({ ...over, atMillis });
  });
}

/** Every name that `moves` can bring, so that a history may know the numbers of all. */
export const strangeNames: readonly string[] = ['vault', 'billing', 'crm'].flatMap((resource) =>
  ['export', 'secrets.read', 'keys.create', 'users.list'].map((name) => `${resource} ${name}`),
);
