import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opened, startMillis, taught } from '../../broker/src/detect/doubles/watched-actions.js';
import { Engine, type Watched } from '../../broker/src/detect/watch/engine.js';
import { evidenceKinds } from '../../broker/src/detect/watch/state-layout.js';
import type { WorkloadProfile } from '../../broker/src/detect/watch/workload-profile.js';
import { actionsOf, moves } from '../support/watch-actions.js';

function tree(engine: Engine, profile: WorkloadProfile, size: number): Watched[] {
  const root = opened(engine, profile);
  root.tree = engine.openTree(root);
  const children = Array.from({ length: size }, () => {
    const child = opened(engine, profile, root);
    child.tree = root.tree;
    return child;
  });
  return [root, ...children];
}

const terms = fc.array(
  fc.record({
    kind: fc.constantFrom(...evidenceKinds),
    added: fc.double({ min: 0.01, max: 1, noNaN: true }),
    gapMillis: fc.nat(100_000),
    by: fc.nat(7),
  }),
  { minLength: 1, maxLength: 20 },
);

describe('a tree', () => {
  // breaks when: evidence that comes from elsewhere stays with the session alone
  it('carries the evidence of all its sessions as one session would', () => {
    fc.assert(
      fc.property(terms, (added) => {
        const engine = new Engine();
        const profile = engine.profile('agent');
        const [one, sessions] = [opened(engine, profile), tree(engine, profile, 7)];
        let atMillis = startMillis;
        for (const { kind, added: much, gapMillis, by } of added) {
          atMillis += gapMillis;
          const term = {
            atMillis,
            kind,
            added: much,
            resource: 'crm',
            action: 'read',
            words: 'odd',
          };
          const alone = engine.add(one, term);
          const spread = engine.add(sessions[by] as Watched, term);
          expect(spread.risk).toBeGreaterThanOrEqual(alone.risk - 1e-6);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is under no less than its sessions together, whichever of them acted', () => {
    fc.assert(
      fc.property(moves, fc.infiniteStream(fc.nat(5)), (history, picks) => {
        const engine = new Engine();
        const profile = taught(engine, 12);
        const sessions = tree(engine, profile, 5);
        const at = startMillis;
        for (const action of actionsOf(history))
          engine.take(sessions[picks.next().value ?? 0] as Watched, { ...action, atMillis: at });
        const sum = sessions.reduce((all, one) => all + engine.evidenceOf(one), 0);
        const calm = profile.limits.calmChain * sessions.length;
        expect(engine.evidenceOf((sessions[0] as Watched).tree as Watched)).toBeGreaterThanOrEqual(
          sum - calm - 1e-4,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('gives a child half of what its parent is under, so that it does not begin clean', () => {
    fc.assert(
      fc.property(moves, (history) => {
        const engine = new Engine();
        const profile = taught(engine, 12);
        const parent = opened(engine, profile);
        for (const action of actionsOf(history)) engine.take(parent, action);
        const child = opened(engine, profile, parent);
        expect(engine.evidenceOf(child)).toBeCloseTo(engine.evidenceOf(parent) / 2, 4);
      }),
      { numRuns: 40 },
    );
  });
});
