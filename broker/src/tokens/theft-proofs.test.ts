import type { SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { WitnessStand } from '../detect/doubles/witness-stand.js';
import type { ForeignKeyClaim } from '../domain/fact.js';
import { limits } from '../domain/limits.js';
import { newSigner } from '../doubles/signed.js';
import { sha256Base64url } from './signing-key.js';

let stand: WitnessStand;
let claim: (parts?: Partial<ForeignKeyClaim>) => ForeignKeyClaim;

beforeEach(() => {
  stand = new WitnessStand();
  const audience = 'https://crm.example.internal';
  claim = (parts = {}) => ({ ...stand.leak(), audience, now: stand.clock.now(), ...parts });
});

const foreign = (parts?: Partial<ForeignKeyClaim>) => {
  const judged = stand.proofs.foreignKey(claim(parts));
  return judged.ok ? judged.value.kind : judged.error;
};

function cloned(one: string, other: string, session: SessionId = stand.agent.id) {
  const judged = stand.proofs.clonedKey({ session, proofs: [one, other] });
  return judged.ok ? judged.value.words : judged.error.doubt;
}

/** The same proof with the other signature that is as good: (r, n − s). */
function mirrored(proof: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header, payload, signature] = proof.split('.') as [string, string, string];
  const bytes = Buffer.from(signature, 'base64url');
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const mirror = Buffer.from(s.toString(16).padStart(64, '0'), 'hex');
  const other = Buffer.concat([bytes.subarray(0, 32), mirror]).toString('base64url');
  return `${header}.${payload}.${other}`;
}

describe('a token that comes with a proof by another key', () => {
  it('is a fact, and keeps neither token nor proof', () => {
    const asked = claim();
    const judged = stand.proofs.foreignKey(asked);
    expect(judged).toMatchObject({
      ok: true,
      value: {
        kind: 'foreign_key',
        session: stand.agent.id,
        figures: { tokenKey: stand.agent.key },
      },
    });
    const kept = JSON.stringify(judged);
    for (const part of [...asked.token.split('.'), ...asked.proof.split('.')]) {
      expect(kept).not.toContain(part);
    }
  });

  it('is a fact whatever request the proof names', () => {
    const token = stand.token();
    expect(
      foreign(stand.leak(token, newSigner(), { htm: 'DELETE', htu: 'https://x.example/' })),
    ).toBe('foreign_key');
  });

  // breaks when: the proof's key is not compared with the token's: an honest use becomes a theft
  it('is none when the proof is by its own key', () => {
    const token = stand.token();
    expect(foreign(stand.leak(token, stand.agentKey))).toBe('proof_by_session_key');
  });

  // breaks when: only the key that the token names counts as its own
  it('is none when the session has been bound to the proof’s key meanwhile', () => {
    const token = stand.token();
    const fresh = newSigner();
    stand.store.put({ ...stand.agent, key: fresh.keyId });
    expect(foreign(stand.leak(token, fresh))).toBe('proof_by_session_key');
    expect(foreign(stand.leak(token, stand.agentKey))).toBe('proof_by_session_key');
  });

  it.each([
    ['proof_wrong_token', { ath: 'another token' }],
    ['proof_wrong_token', { ath: undefined }],
    ['proof_not_of_now', { iat: 1 }],
    ['proof_malformed', { jti: 7 }],
  ] as const)('proves nothing with %s: %j', (doubt, claims) => {
    expect(foreign(stand.leak(stand.token(), newSigner(), claims))).toBe(doubt);
  });

  it('proves nothing with a proof of long ago', () => {
    const old = { iat: stand.clock.seconds - limits.counterSeconds - 1 };
    expect(foreign(stand.leak(stand.token(), newSigner(), old))).toBe('proof_not_of_now');
  });

  // breaks when: the signature of the proof is not checked: then a key can be named without having it
  it('proves nothing when the proof’s key has not signed it', () => {
    const leak = stand.leak();
    const other = stand.leak(leak.token);
    const [header, payload] = leak.proof.split('.');
    const signature = other.proof.split('.')[2];
    expect(foreign({ ...leak, proof: `${header}.${payload}.${signature}` })).toBe(
      'proof_signature_invalid',
    );
  });
});

describe('two proofs by the session’s key', () => {
  const at = (counter: number | undefined, later = 0) =>
    stand.proof(stand.agentKey, { ctr: counter, iat: stand.clock.seconds + later });

  it('are a fact with one counter', () => {
    expect(cloned(at(7), at(7))).toMatch(/same counter/);
    expect(cloned(at(7), at(7, 5))).toMatch(/same counter/);
  });

  it('are a fact when the lower counter is the later', () => {
    expect(cloned(at(7, 1), at(8))).toMatch(/lower counter/);
    expect(cloned(at(8), at(7, 1))).toMatch(/lower counter/);
  });

  // breaks when: a client that makes proofs in two ways is taken for two parties
  it('are a weaker fact when the later has no counter: one client in two ways may have made both', () => {
    for (const pair of [
      [at(undefined, 1), at(8)],
      [at(8), at(undefined, 1)],
    ] as const) {
      const judged = stand.proofs.clonedKey({ session: stand.agent.id, proofs: pair });
      expect(judged).toMatchObject({ ok: true, value: { kind: 'counter_left_out' } });
    }
    expect(cloned(at(undefined), at(8, 1))).toBe('proofs_agree');
  });

  it('are none when one maker can have made both', () => {
    expect(cloned(at(7), at(8))).toBe('proofs_agree');
    expect(cloned(at(7), at(8, 1))).toBe('proofs_agree');
    expect(cloned(at(undefined), at(undefined, 9))).toBe('proofs_agree');
  });

  // breaks when: compact forms are compared and not what was signed: then whoever has seen one proof, a
  // hostile resource or a proxy, ends the session of whoever made it
  it('are none when they are one proof under two signatures', () => {
    const proof = at(7);
    const other = mirrored(proof);
    expect(other).not.toBe(proof);
    expect(cloned(proof, other)).toBe('proofs_agree');
    // The second signature is as good as the first: with another proof it would count.
    expect(cloned(other, at(7))).toMatch(/same counter/);
  });

  it('are none when one is by another key, forged, or no proof', () => {
    const stranger = stand.proof(newSigner(), { ctr: 7 });
    expect(cloned(at(7), stranger)).toBe('proof_wrong_key');
    const [header, payload] = at(7).split('.');
    const forged = `${header}.${payload}.${at(7).split('.')[2]}`;
    expect(cloned(at(7), forged)).toBe('proof_signature_invalid');
    expect(cloned(forged, at(7))).toBe('proof_signature_invalid');
    expect(cloned('', at(7))).toBe('proof_malformed');
  });

  it('are none once the session has another key, or is not in memory', () => {
    const [one, other] = [at(7), at(7)];
    stand.store.put({ ...stand.agent, key: newSigner().keyId });
    expect(cloned(one, other)).toBe('proof_wrong_key');
    stand.store.drop(stand.agent.id);
    expect(cloned(one, other)).toBe('proof_wrong_key');
  });

  it('leave figures and no bytes', () => {
    const [one, other] = [at(7), at(7)];
    const judged = stand.proofs.clonedKey({ session: stand.agent.id, proofs: [one, other] });
    const kept = JSON.stringify(judged);
    expect(kept).toContain('"oneCounter":7');
    for (const part of [...one.split('.').slice(1), ...other.split('.').slice(1)])
      expect(kept).not.toContain(part);
  });

  it('are known by the hash that verifiers give', () => {
    expect(stand.proofs.hashOf('text')).toBe(sha256Base64url('text'));
  });
});
