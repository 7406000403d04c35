import type { DestinationHash, SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { calmSteps, WatchStand } from '../../broker/src/detect/doubles/watch-stand.js';

/** What a thief wants: each by a child of its own, whom the stolen parent delegates. */
const wanted = [
  'vault list',
  'vault read',
  'payments export',
  'crm delete',
  'vault grant',
  'payments send',
  'crm export',
  'mail export',
];

function stolenParent(): { readonly stand: WatchStand; readonly root: SessionId } {
  const stand = new WatchStand();
  stand.learn();
  const root = stand.open('root');
  for (const step of calmSteps.slice(0, 3)) {
    stand.pass(4_500);
    stand.see(root, step);
  }
  return { stand, root };
}

const destination = (nth: number) => `drop-${nth}` as DestinationHash;

/** One action a child, so that no session shows a gap. */
async function spread(steps: readonly string[], gapMillis: number, destinations = false) {
  const { stand, root } = stolenParent();
  for (let nth = 0; nth < 20; nth += 1) {
    const child = stand.open(`child ${nth}`, root);
    stand.pass(gapMillis);
    const more = destinations ? { destinations: [destination(nth), destination(nth + 100)] } : {};
    stand.see(child, steps[nth % steps.length] as string, more);
    await stand.watch.settled();
  }
  return { stand, root };
}

describe('a thief who has each of twenty children do one thing', () => {
  // breaks when: a child's first action has no gap: weighing.ts does not look at the tree
  it.each([20, 200, 1_000])('%i ms apart is held with the whole tree', async (gapMillis) => {
    const { stand } = await spread(wanted, gapMillis);
    expect(stand.held.map(({ tree }) => tree)).toContain(true);
    expect(stand.faults).toEqual([]);
  });

  it('is held for it by what the workload does too, but does not begin with', async () => {
    const { stand } = await spread(['mail send', 'crm note', 'crm read', 'mail draft'], 200);
    expect(stand.held.length).toBeGreaterThan(0);
  });

  it('tells the operator what the tree has shown', async () => {
    const { stand, root } = await spread(wanted, 200);
    const terms = stand.watch.sessions.ofTree(root).flatMap(({ watched }) => watched.terms);
    expect(terms.find(({ kind }) => kind === 'pace')?.words).toMatch(/rest of its tree/);
  });

  // breaks when: destinations are counted by each session alone
  it('reaches no more new destinations for it: he is narrowed, though each child does what is usual', async () => {
    const { stand, root } = await spread(['crm search'], 4_500, true);
    expect(stand.decisions.map(({ level }) => level)).toContain('narrow');
    const terms = stand.watch.sessions.ofTree(root).flatMap(({ watched }) => watched.terms);
    expect(terms.map(({ kind }) => kind)).toContain('fanout');
  });

  // breaks when: keep-sessions.ts keeps nothing of the spread
  it('hides nothing by a restart in between', () => {
    const risks = [false, true].map((restarts) => {
      const begun = stolenParent();
      const { root } = begun;
      let { stand } = begun;
      return wanted.map((step, nth) => {
        if (restarts && nth === 1) {
          stand.keep();
          stand = stand.restarted();
        }
        const child = stand.open(`child ${nth}`, root);
        stand.pass(200);
        stand.see(child, step, { destinations: [destination(nth)] });
        const { watched } = stand.watch.explain(child)?.session ?? {};
        return watched?.tree === undefined ? 0 : stand.engine.riskOf(watched.tree).risk;
      });
    });
    for (const [nth, risk] of (risks[1] ?? []).entries())
      expect(risk).toBeCloseTo(risks[0]?.[nth] ?? 0, 5);
  });
});

describe('an orchestrator whose children work at the same time', () => {
  function parallel(first: string, destinations: number) {
    const { stand, root } = stolenParent();
    const children = Array.from({ length: 10 }, (_, nth) => stand.open(`child ${nth}`, root));
    for (const [at, usual] of calmSteps.entries()) {
      for (const [nth, child] of children.entries()) {
        stand.pass(450);
        const reached = Array.from({ length: at === 4 ? destinations : 0 }, (_, which) =>
          destination(nth * 10 + which),
        );
        stand.see(child, at === 0 ? first : usual, { destinations: reached });
      }
    }
    return stand;
  }

  // breaks when: the actions of all children are taken for the chain of one
  it('is left alone, though the tree is ten times as fast as a session', () => {
    expect(parallel(calmSteps[0] as string, 0).decisions).toEqual([]);
  });

  it('is not held when all begin with something new: that is one decision', async () => {
    const stand = parallel('crm tag', 1);
    await stand.watch.settled();
    expect(stand.held).toEqual([]);
  });

  it('is not held for a destination of its own for each', async () => {
    const stand = parallel(calmSteps[0] as string, 1);
    await stand.watch.settled();
    expect(stand.held).toEqual([]);
  });
});
