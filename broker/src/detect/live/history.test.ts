import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calmSteps, WatchStand } from '../doubles/watch-stand.js';
import { Backtest } from '../replay/backtest.js';
import { parseEvent } from '../replay/parse-recorded.js';
import type { RecordedEvent } from '../replay/recorded.js';
import { sessionOf } from '../replay/recorded-session.js';

/** Lines as a file has them, by session. */
function sessionsIn(lines: readonly string[]) {
  const events = lines.map((line, at) => parseEvent(`lines:${at + 1}`, line));
  const groups = Map.groupBy(events, ({ session }: RecordedEvent) => session);
  return [...groups.values()].map(sessionOf);
}

/** A stand whose workload has a history, and a backtest that has learned from the lines of it. */
function learned() {
  const stand = new WatchStand();
  stand.learn();
  const backtest = new Backtest((actor) => stand.registry.workloads.get(actor));
  for (const session of sessionsIn(stand.lines.splice(0))) backtest.learn(session);
  return { stand, backtest };
}

const steps = [
  ...calmSteps,
  'vault read_secret',
  'payments create_key',
  'crm export',
  'mail delete',
];
const step = fc.record({
  step: fc.constantFrom(...steps),
  gapMillis: fc.constantFrom(1, 80, 300, 4_000, 60_000),
  destinations: fc.subarray(['a'.repeat(22), 'b'.repeat(22)] as never[]),
  strength: fc.constantFrom('strong', 'weak'),
  outcome: fc.constantFrom('allowed', 'allowed', 'refused'),
  client: fc.constantFrom('agent-sdk', 'curl', undefined),
});

describe('what is recorded of a live session', () => {
  // breaks when: write.ts or recorded.ts drops or changes any field, such as which witness it was
  it('comes to the same risk when it is played again with the same history', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (chain) => {
        const { stand, backtest } = learned();
        const id = stand.open('the session');
        let live = 0;
        for (const { step: each, gapMillis, ...parts } of chain) {
          stand.pass(gapMillis);
          stand.see(id, each, parts as never);
          live = Math.max(live, stand.watch.explain(id)?.risk ?? 0);
        }
        const [session] = sessionsIn(stand.lines);
        expect(stand.lines).toHaveLength(chain.length);
        const verdict = backtest.judge(session as never);
        expect(verdict.events).toBe(chain.length);
        expect(verdict.maxRisk).toBeCloseTo(live, 6);
      }),
      { numRuns: 40 },
    );
  });

  it('is named as what it is, by session and workload, and holds no address', () => {
    const stand = new WatchStand();
    const [parent, child] = [stand.open('parent'), 'child'];
    const below = stand.open(child, parent);
    stand.see(parent, 'crm read');
    stand.see(below, 'crm read');
    const lines = stand.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ session }) => session)).toEqual([parent, below]);
    for (const line of lines)
      expect(line).toMatchObject({
        dataset: 'live',
        label: 'unknown',
        actor: 'support-triage',
        class: 'agent',
        src_ip: '192.0.2.0',
        witness: 'resource',
      });
  });

  it('is nothing of sessions that are not watched', () => {
    const stand = new WatchStand();
    stand.see('A'.repeat(22) as never, 'crm read');
    expect(stand.lines).toEqual([]);
  });
});
