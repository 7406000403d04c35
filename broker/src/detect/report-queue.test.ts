import { beforeEach, describe, expect, it } from 'vitest';
import type { Sighting } from '../domain/action.js';
import { type LimitName, limits } from '../domain/limits.js';
import { sessionIdOf } from '../doubles/ids.js';
import { WitnessStand } from './doubles/witness-stand.js';
import { ReportQueue } from './report-queue.js';

const stand = new WitnessStand();
let judged: Sighting[];
let waiting: (() => void)[];
let hits: LimitName[];
let faults: unknown[];
let queue: ReportQueue;

beforeEach(() => {
  [judged, waiting, hits, faults] = [[], [], [], []];
  queue = new ReportQueue({
    judge: (sighting) => void judged.push(sighting),
    defer: (run) => void waiting.push(run),
    limitHit: (name) => void hits.push(name),
    onFault: (fault) => void faults.push(fault),
  });
});

const template = stand.sighting();
const of = (session: string, parts: Partial<Sighting> = {}): Sighting => ({
  ...template,
  session: sessionIdOf(session),
  ...parts,
});
const refused = (session: string, parts: Partial<Sighting> = {}) =>
  of(session, { outcome: 'refused', refusal: 'proof_replayed', ...parts });

/** Runs one slice; false when nothing waits. */
function slice(): boolean {
  const run = waiting.shift();
  run?.();
  return run !== undefined;
}

function drain(): void {
  while (slice());
}

describe('reports that wait', () => {
  it('are judged later, in slices, and the queue sleeps when it is empty', () => {
    for (let at = 0; at < 100; at += 1) queue.put(of('a'));
    expect(judged).toEqual([]);
    slice();
    expect(judged.length).toBeLessThanOrEqual(65);
    drain();
    expect(judged).toHaveLength(100);
    expect(waiting).toEqual([]);
  });

  // breaks when: there is one lane for all sessions
  it('of one session, 100,000 of them, do not delay or displace those of another', () => {
    const taken = Array.from({ length: 100_000 }, () => queue.put(of('loud')));
    expect(taken.filter(Boolean)).toHaveLength(limits.observationsPerSession);
    expect(new Set(hits)).toEqual(new Set(['observationsPerSession']));
    expect(queue.put(of('quiet'))).toBe(true);
    slice();
    const at = judged.findIndex(({ session }) => session === sessionIdOf('quiet'));
    expect(at).toBe(1);
  });

  // breaks when: refused uses go into the line of actions, or their room is not taken off it
  it('of refused uses never displace actions, nor actions refused uses', () => {
    const many = limits.observationsWaiting + 10;
    for (let at = 0; at < many; at += 1) {
      queue.put(refused(`thief ${at}`, { resource: `resource ${at % 8}` }));
    }
    expect(queue.waiting).toBe(limits.observationsRefused);
    expect(new Set(hits)).toEqual(new Set(['observationsRefused']));
    hits.length = 0;
    for (let at = 0; at < many; at += 1) {
      queue.put(of(`agent ${at}`, { resource: `resource ${at % 8}` }));
    }
    expect(queue.waiting).toBe(limits.observationsWaiting);
    expect(new Set(hits)).toEqual(new Set(['observationsWaiting']));
    slice();
    const kinds = judged.slice(0, 4).map(({ outcome }) => outcome);
    expect(kinds).toEqual(['allowed', 'refused', 'allowed', 'refused']);
  });

  // breaks when: witnesses are told apart by their session: a resource may have a hundred
  it('of one resource, by however many verifiers, leave room for others', () => {
    for (let at = 0; at < limits.observationsWaiting; at += 1) {
      const witness = sessionIdOf(`verifier ${at % 100}`);
      queue.put(of(`session ${at}`, { resource: 'hostile', witness }));
    }
    expect(queue.put(of('agent', { resource: 'crm' }))).toBe(true);
  });

  // breaks when: evidence waits in the lane of the session's other refused uses
  it('of a thief who is refused a thousand times do not displace the evidence', () => {
    for (let at = 0; at < 2_000; at += 1) queue.put(refused('stolen'));
    const foreignProof = { token: 'token', proof: 'proof' };
    expect(queue.put(refused('stolen', { foreignProof }))).toBe(true);
    slice();
    expect(judged[1]?.foreignProof).toBe(foreignProof);
  });

  it('with evidence cost more of a slice', () => {
    for (let at = 0; at < 64; at += 1) {
      queue.put(refused('stolen', { foreignProof: { token: '', proof: '' } }));
    }
    slice();
    expect(judged).toHaveLength(4);
  });

  it('are judged although judging one before failed', () => {
    const failing = new ReportQueue({
      judge(sighting) {
        if (sighting.session === sessionIdOf('bad')) throw new Error('bad');
        judged.push(sighting);
      },
      defer: (run) => void waiting.push(run),
      limitHit: () => {},
      onFault: (fault) => void faults.push(fault),
    });
    for (const name of ['a', 'bad', 'b']) failing.put(of(name));
    drain();
    expect(judged).toHaveLength(2);
    expect(faults).toHaveLength(1);
  });

  it('are forgotten when the queue closes, and no more are taken', () => {
    queue.put(of('a'));
    expect(queue.close()).toBe(1);
    expect(queue.put(of('a'))).toBe(false);
    drain();
    expect(judged).toEqual([]);
  });
});
