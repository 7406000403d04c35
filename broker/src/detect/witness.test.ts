import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { sessionIdOf } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import { WitnessStand } from './doubles/witness-stand.js';

let stand: WitnessStand;
const verifier = sessionIdOf('verifier of crm');

beforeEach(() => {
  stand = new WitnessStand();
});

describe('a cloned key', () => {
  it('is found by one verifier: it is asked for the bytes, and then the tree is held', async () => {
    const [agent, thief] = [stand.proofAt(7), stand.proofAt(7)];
    await stand.reportProof(agent);
    await stand.reportProof(thief);
    expect(stand.verbs).toEqual([]);
    expect(stand.signalKinds).toEqual(['counter_suspicion']);
    const hashes = [stand.seen(agent).hash, stand.seen(thief).hash];
    expect(stand.asks.flatMap((ask) => ask.hashes)).toEqual(hashes);
    expect(stand.witness.wantedOf(verifier)).toEqual(hashes);
    await stand.show(agent);
    expect(stand.verbs).toEqual([]);
    await stand.show(thief);
    expect(stand.verbs).toEqual(['answerTheft']);
    expect(stand.answered).toMatchObject([{ outcome: 'tree_suspended', session: stand.agent.id }]);
    expect(stand.witness.wantedOf(verifier)).toEqual([]);
  });

  it('is found between two verifiers, each asked for its own', async () => {
    const [agent, thief] = [stand.proofAt(8), stand.proofAt(7, 1)];
    await stand.reportProof(agent);
    await stand.reportProof(thief, { resource: 'mail' });
    expect(stand.asks).toEqual([
      { session: verifier, hashes: [stand.seen(agent).hash] },
      { session: sessionIdOf('verifier of mail'), hashes: [stand.seen(thief).hash] },
    ]);
    await stand.show(agent, thief);
    const [{ audit }] = stand.store.asked as [(typeof stand.store.asked)[0]];
    expect(audit.facts['resources']).toEqual(['crm', 'mail']);
  });

  it('is found between a verifier and the broker, which needs to ask for one only', async () => {
    await stand.call(stand.proofAt(7));
    const thief = stand.proofAt(7);
    await stand.reportProof(thief);
    expect(stand.witness.wantedOf(verifier)).toEqual([stand.seen(thief).hash]);
    await stand.show(thief);
    expect(stand.verbs).toEqual(['answerTheft']);
  });

  it('is found by the broker alone, at once', async () => {
    await stand.call(stand.proofAt(7));
    await stand.call(stand.proofAt(7));
    expect(stand.verbs).toEqual(['answerTheft']);
    expect(stand.asks).toEqual([]);
  });

  // breaks when: what was seen before or while the tree was held makes a second theft: then one theft is
  // answered twice, and what was to be held is revoked
  it('is one theft, however many proofs tell of it', async () => {
    const thief = [stand.proofAt(7), stand.proofAt(8), stand.proofAt(9)];
    for (const text of [stand.proofAt(7), stand.proofAt(8), stand.proofAt(9)])
      await stand.call(text);
    for (const text of thief) await stand.reportProof(text);
    await stand.show(...thief);
    stand.clock.advance(30);
    for (const ctr of [10, 10, 11, 11]) await stand.call(stand.proofAt(ctr));
    const late = { seenMillis: stand.clock.monotonicMillis() };
    stand.clock.advance(1);
    stand.store.resume(stand.agent.id);
    await stand.call(stand.proofAt(12));
    const tried = stand.proofAt(11);
    await stand.reportProof(tried, late);
    await stand.show(tried);
    expect(stand.verbs).toEqual(['answerTheft']);
  });

  it('that goes on after a resume is another theft', async () => {
    await stand.call(stand.proofAt(7));
    await stand.call(stand.proofAt(7));
    stand.clock.advance(30);
    stand.store.resume(stand.agent.id);
    stand.clock.advance(1);
    await stand.call(stand.proofAt(20));
    await stand.call(stand.proofAt(20));
    expect(stand.answered.map(({ outcome }) => outcome)).toEqual([
      'tree_suspended',
      'tree_revoked',
    ]);
  });

  it('is no matter any more when the session has another key', async () => {
    const [agent, thief] = [stand.proofAt(7), stand.proofAt(7)];
    await stand.reportProof(agent);
    await stand.reportProof(thief);
    stand.store.put({ ...stand.agent, key: newSigner().keyId });
    await stand.show(agent, thief);
    expect(stand.verbs).toEqual([]);
  });
});

describe('an honest agent', () => {
  it('that repeats a proof, makes a new one, or is heard of late, is left alone', async () => {
    const [first, second, third] = [stand.proofAt(1), stand.proofAt(2), stand.proofAt(3, 1)];
    await stand.call(third);
    for (const text of [second, first, first, second]) await stand.reportProof(text);
    await stand.reportProof(first, {
      outcome: 'refused',
      refusal: 'proof_replayed',
      resource: 'mail',
    });
    expect(stand.signalKinds).toEqual(['proof_replayed']);
    expect(stand.verbs).toEqual([]);
  });

  // breaks when: a refused use after a cut is taken for more than a signal
  it('whose calls were under way when it was held, is left alone', async () => {
    const token = stand.token();
    stand.store.put({ ...stand.agent, suspendedAt: stand.store.head });
    for (let ctr = 1; ctr <= 5; ctr += 1) {
      await stand.reportProof(stand.proofAt(ctr), { outcome: 'refused', refusal: 'token_cut' });
    }
    await stand.report({ foreignProof: stand.leak(token), outcome: 'refused' });
    expect(stand.verbs).toEqual([]);
    expect(stand.signalKinds.filter((kind) => kind === 'token_cut')).toHaveLength(5);
    expect(stand.signals.at(-1)).toMatchObject({ doubt: 'session_not_live' });
  });
});

describe('a token that leaked', () => {
  const leaked = { outcome: 'refused', refusal: 'proof_wrong_key' } as const;

  it('dies, once, and the session goes on', async () => {
    const token = stand.token();
    await stand.report({ ...leaked, foreignProof: stand.leak(token) });
    expect(stand.verbs).toEqual(['cutTokens']);
    for (let times = 0; times < 20; times += 1) {
      await stand.report({ ...leaked, foreignProof: stand.leak(token) });
    }
    expect(stand.verbs).toEqual(['cutTokens']);
    expect(stand.signalKinds.filter((kind) => kind === 'foreign_key_leak')).toHaveLength(1);
    expect(stand.signals.at(-1)).toMatchObject({ kind: 'evidence_doubted', doubt: 'token_cut' });
  });

  // breaks when: answers under way are not known: a burst is then answered once for each report
  it('dies once also when a burst tells of it', async () => {
    const token = stand.token();
    const burst = Array.from({ length: 50 }, () => ({
      ...leaked,
      foreignProof: stand.leak(token),
    }));
    const { promise, resolve } = Promise.withResolvers<void>();
    stand.store.gate = promise;
    await stand.report(...burst);
    resolve();
    await stand.witness.close();
    expect(stand.verbs).toEqual(['cutTokens']);
  });

  it.each([
    ['session', 'session_revoked'],
    ['tree', 'tree_revoked'],
  ] as const)('ends what the policy names: %s', async (policy, outcome) => {
    stand.onForeignKey = policy;
    await stand.report({ ...leaked, foreignProof: stand.leak() });
    expect(stand.answered).toMatchObject([{ outcome }]);
  });
});

describe('what a session says of itself', () => {
  it('makes nothing yet: no count, no signal, no fact', async () => {
    const weak = { strength: 'weak', witness: stand.agent.id } as const;
    await stand.report(
      { ...weak, proof: stand.seen(stand.proofAt(7)) },
      { ...weak, proof: stand.seen(stand.proofAt(7)), outcome: 'refused', refusal: 'token_cut' },
      { ...weak, foreignProof: stand.leak() },
    );
    expect(stand.signals).toEqual([]);
    expect(stand.verbs).toEqual([]);
    expect(stand.witness.counts(stand.agent.id)).toEqual({ allowed: 0, refused: 0 });
  });
});

describe('the room', () => {
  it('counts an action once, however often it is sent', async () => {
    const sighting = stand.sighting();
    for (let times = 0; times < 3; times += 1) {
      expect(stand.witness.take([sighting])).toEqual({ taken: 1, dropped: 0 });
    }
    await stand.settle();
    expect(stand.witness.counts(stand.agent.id)).toEqual({ allowed: 1, refused: 0 });
  });

  // breaks when: what a resource asks to be sent again with a nonce counts as refused
  it('counts no request that is to come again with a nonce, and still learns its proof', async () => {
    await stand.reportProof(stand.proofAt(7), { outcome: 'refused', refusal: 'nonce_required' });
    expect(stand.witness.counts(stand.agent.id)).toEqual({ allowed: 0, refused: 0 });
    expect(stand.signalKinds).toEqual([]);
    await stand.reportProof(stand.proofAt(7));
    expect(stand.signalKinds).toEqual(['counter_suspicion']);
  });

  it('says what it had no room for', async () => {
    const many = limits.observationsPerSession + 30;
    const sightings = Array.from({ length: many }, () => stand.sighting());
    expect(stand.witness.take(sightings)).toEqual({ taken: many - 30, dropped: 30 });
    expect(new Set(stand.limitHits)).toEqual(new Set(['observationsPerSession']));
  });

  it('waits for answers under way when it closes, and hears no more', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    stand.store.gate = promise;
    await stand.report({ foreignProof: stand.leak() });
    const closed = stand.witness.close();
    expect(stand.answered).toEqual([]);
    resolve();
    await closed;
    expect(stand.answered).toHaveLength(1);
    expect(stand.store.isHeard).toBe(false);
    expect(await stand.report({ foreignProof: stand.leak() })).toEqual({ taken: 0, dropped: 1 });
  });
});
