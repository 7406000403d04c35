import { beforeEach, describe, expect, it } from 'vitest';
import type { Sighting } from '../domain/action.js';
import { limits } from '../domain/limits.js';
import { sessionIdOf } from '../doubles/ids.js';
import { WitnessStand } from './doubles/witness-stand.js';
import { openWitness, type Witness } from './witness.js';

const verifier = sessionIdOf('verifier of crm');

let stand: WitnessStand;
let witness: Witness;
/** What the watch was given, in order. */
let watched: Sighting[];
let deferred: (() => void)[];
let timers: (() => void)[];

beforeEach(() => {
  stand = new WitnessStand();
  [watched, deferred, timers] = [[], [], []];
  witness = openWitness({
    store: stand.store,
    clock: stand.clock,
    proofs: stand.proofs,
    registry: () => stand.registry,
    feed: { askProofs() {} },
    profile: {
      take: (sighting) => void watched.push(sighting),
      refused() {},
      resumed() {},
      async settled() {},
    },
    limitHit: (name) => void stand.limitHits.push(name),
    onSignal: (signal) => void stand.signals.push(signal),
    onAnswered() {},
    onFault: (fault) => void stand.faults.push(fault),
    defer: (run) => void deferred.push(run),
    wait: async () => {},
    later: (_millis, run) => {
      timers.push(run);
      return () => void timers.splice(timers.indexOf(run), 1);
    },
  });
  stand.store.put(stand.sessionOf('verifier', { id: verifier, kind: 'verifier', name: 'crm' }));
});

/** Runs what waits, until nothing does. */
function settle(): void {
  while (deferred.length > 0) deferred.shift()?.();
}

/** Lets time pass, as a timer of the system would. */
function pass(seconds: number): void {
  for (let at = 0; at < seconds * 4; at += 1) {
    stand.clock.advance(0.25);
    for (const run of timers.splice(0)) run();
    settle();
  }
}

function take(...sightings: Sighting[]): { taken: number; dropped: number } {
  const done = witness.take(sightings);
  settle();
  return done;
}

const strong = (id: string, parts: Partial<Sighting> = {}) =>
  stand.sighting({ id, witness: verifier, ...parts });
const weak = (id: string, parts: Partial<Sighting> = {}) =>
  stand.sighting({ id, strength: 'weak', witness: stand.agent.id, ...parts });
const strengths = () => watched.map(({ id, strength }) => `${strength} ${id}`);

describe('one action that two witnesses tell', () => {
  // breaks when: witness.take puts what a session says of itself into the queue at once
  it('goes through the watch once, by the word of the resource', () => {
    take(strong('1'));
    take(weak('1'), weak('2'));
    pass(1);
    take(strong('2'));
    pass(60);
    expect(strengths()).toEqual(['strong 1', 'strong 2']);
    expect(stand.signalKinds).toEqual([]);
  });

  it('by two verifiers, goes through it twice', () => {
    take(strong('1'));
    take(strong('1', { witness: sessionIdOf('another verifier of crm') }));
    expect(strengths()).toEqual(['strong 1', 'strong 1']);
  });
});

describe('what one side alone tells', () => {
  it('is judged after two seconds, and no second time', () => {
    take(weak('1'));
    pass(1.75);
    expect(strengths()).toEqual([]);
    pass(1);
    take(weak('1'));
    pass(60);
    expect(strengths()).toEqual(['weak 1']);
  });

  it('is worth a signal where the resource has a live verifier', () => {
    take(strong('0'), weak('0'), weak('1'));
    pass(11);
    expect(stand.signals).toEqual([
      { kind: 'unwitnessed_action', resource: 'crm', session: stand.agent.id },
    ]);
  });

  it('is worth none where it has none, or none any more', () => {
    take(weak('1', { resource: 'mail' }));
    take(strong('0'), weak('0'), weak('2'));
    stand.store.drop(verifier);
    pass(11);
    expect(stand.signalKinds).toEqual([]);
  });

  // breaks when: an agent that was silenced looks like one that never reported
  it('is worth a signal where a session that reports is silent', () => {
    take(strong('0'), weak('0'));
    pass(60);
    take(strong('1'));
    pass(11);
    expect(stand.signals).toEqual([
      { kind: 'unreported_action', resource: 'crm', session: stand.agent.id },
    ]);
  });

  it('is no action when a nonce was asked for', () => {
    take(weak('0'));
    pass(60);
    stand.signals.length = 0;
    const proof = { counter: 1, issuedAt: 1, hash: 'hash' };
    take(strong('1', { outcome: 'refused', refusal: 'nonce_required', proof }));
    pass(11);
    expect(stand.signalKinds).toEqual([]);
  });
});

describe('a sighting that was dropped', () => {
  // breaks when: an id counts as seen before the queue has taken it
  it('for a full queue is taken when it is sent again', () => {
    const many = Array.from({ length: limits.observationsPerSession + 1 }, (_, at) =>
      strong(`${at}`),
    );
    expect(witness.take(many)).toEqual({ taken: limits.observationsPerSession, dropped: 1 });
    settle();
    expect(take(...many)).toEqual({ taken: many.length, dropped: 0 });
    expect(watched.at(-1)?.id).toBe(`${limits.observationsPerSession}`);
    expect(watched).toHaveLength(many.length);
  });
});

describe('a closed room', () => {
  it('has no timer left, and judges nothing that waited', async () => {
    take(weak('1'));
    await witness.close();
    expect(timers).toEqual([]);
    pass(60);
    expect(watched).toEqual([]);
  });
});
