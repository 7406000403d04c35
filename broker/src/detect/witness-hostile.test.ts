import { beforeEach, describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import { WitnessStand } from './doubles/witness-stand.js';

let stand: WitnessStand;
const verifier = sessionIdOf('verifier of crm');

beforeEach(() => {
  stand = new WitnessStand();
});

describe('a hostile resource', () => {
  // It is sent tokens and proofs, and can make keys, and say what it likes. breaks when: anything that it
  // merely says reaches the store
  it('that reports rubbish costs nobody anything', async () => {
    const other = stand.store.put(stand.sessionOf('other', { key: newSigner().keyId }));
    const own = stand.proof(newSigner(), { ctr: 7 });
    const captured = stand.proofAt(7);
    for (const session of [stand.agent.id, other.id]) {
      await stand.call(captured);
      for (const counter of [0, 1, 7, 8, 2 ** 52]) {
        for (const text of [own, captured]) {
          await stand.reportProof(text, { session, proof: { ...stand.seen(text), counter } });
        }
        await stand.reportProof(own, {
          session,
          proof: { counter, issuedAt: 1, hash: 'invented' },
        });
      }
    }
    await stand.show(own, captured, 'rubbish', ...stand.witness.wantedOf(verifier));
    expect(stand.signalKinds).toContain('counter_suspicion');
    expect(stand.signalKinds).toContain('evidence_doubted');
    expect(stand.verbs).toEqual([]);
  });

  it('that makes a proof of its own costs the token that it was sent, and not one of another’s', async () => {
    const { proof } = stand.leak();
    const foreign = stand.leak(
      stand.token(stand.agent, { audience: 'https://mail.example.internal' }),
    );
    await stand.report({ foreignProof: foreign }, { foreignProof: { token: 'rubbish', proof } });
    expect(stand.verbs).toEqual([]);
    await stand.report({ foreignProof: stand.leak() });
    expect(stand.verbs).toEqual(['cutTokens']);
  });

  it('that replays what it was sent, to itself and to the broker’s report, costs nobody anything', async () => {
    const captured = stand.proofAt(7);
    for (let times = 0; times < 20; times += 1) {
      await stand.reportProof(captured, { outcome: 'refused', refusal: 'proof_replayed' });
    }
    expect(stand.verbs).toEqual([]);
    expect(stand.witness.counts(stand.agent.id)).toEqual({ allowed: 0, refused: 20 });
  });

  // breaks when: its lies are not forgotten once the bytes show them
  it('that lies about counters does not hide a thief', async () => {
    const captured = stand.proofAt(1);
    await stand.reportProof(captured, {
      resource: 'mail',
      proof: { ...stand.seen(captured), counter: 2 ** 40 },
    });
    const agent = stand.proofAt(5, 1);
    await stand.reportProof(agent);
    await stand.show(captured, agent);
    expect(stand.signals.at(-1)).toMatchObject({ kind: 'evidence_doubted', resource: 'mail' });
    const thief = stand.proofAt(5, 1);
    await stand.reportProof(thief);
    await stand.show(agent, thief);
    expect(stand.verbs).toEqual(['answerTheft']);
  });

  // breaks when: the lie is remembered although the bytes have shown it
  it('that was found to lie raises no suspicion by the same lie again', async () => {
    const captured = stand.proofAt(1);
    const lie = { ...stand.seen(captured), counter: 2 ** 40 };
    await stand.reportProof(captured, { resource: 'mail', proof: lie });
    const agent = stand.proofAt(5, 1);
    await stand.reportProof(agent);
    await stand.show(captured, agent);
    const before = stand.signals.length;
    await stand.reportProof(stand.proofAt(6, 1));
    expect(stand.signals).toHaveLength(before);
  });
});
