import type { Reason } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../domain/session.js';
import { JudgeStand, judgedOrigin, judgedPath } from '../doubles/judge-stand.js';
import { registryOf } from '../doubles/registries.js';
import { sessionOf } from '../doubles/sessions.js';
import { newSigner, proofBy } from '../doubles/signed.js';
import { contentDigest } from '../tokens/proof-judge.js';
import type { Signer } from '../tokens/signing-key.js';
import { authenticator, type Presented } from './authenticate.js';
import type { SeenProof } from './proof-seen.js';

const bytes = Buffer.from('request');
const session = { by: 'session', kinds: ['workload'], digest: false } as const;

let stand: JudgeStand;
let sessions: Session[];
let seen: SeenProof[];

beforeEach(() => {
  stand = new JudgeStand();
  sessions = [sessionOf(1, { key: stand.signer.keyId, activeAt: stand.clock.now() })];
  seen = [];
});

function proof(claims: object = {}, by: Signer = stand.signer): string {
  return proofBy(by, { htu: judgedOrigin + judgedPath, iat: stand.clock.seconds, ...claims });
}

function authenticate(parts: Partial<Presented> = {}) {
  const presented: Presented = {
    rule: session,
    path: judgedPath,
    proofs: [proof()],
    sessions: [sessions.at(-1)?.id ?? ''],
    newKeyProofs: [],
    bytes,
    now: stand.clock.now(),
    ...parts,
  };
  const store = { path: (id: string) => (id === sessions.at(-1)?.id ? sessions : []) };
  const onProof = (each: SeenProof) => void seen.push(each);
  const registry = () => registryOf();
  return authenticator({ judge: stand.judge, store, registry, onProof })(presented);
}

function reasonOf(parts: Partial<Presented> = {}): Reason | 'admitted' {
  const caller = authenticate(parts);
  return caller.ok ? 'admitted' : caller.error.reason;
}

describe('the caller of a call that brings a key', () => {
  const rule = { ...session, digest: true, newKey: true } as const;
  const fresh = newSigner();
  const covering = (claims: object = {}, by = stand.signer) =>
    proof({ nonce: stand.judge.nonce(), content_digest: contentDigest(bytes), ...claims }, by);
  const reason = (parts: Partial<Presented> = {}) =>
    reasonOf({ rule, proofs: [covering()], newKeyProofs: [covering({}, fresh)], ...parts });

  it('is the session, with the key that it brings', () => {
    const parts = { rule, proofs: [covering()], newKeyProofs: [covering({}, fresh)] };
    expect(authenticate(parts)).toEqual({
      ok: true,
      value: { kind: 'session', session: sessions[0], roles: new Set(), newKey: fresh.keyId },
    });
  });

  it('must bring exactly one proof by the new key', () => {
    for (const newKeyProofs of [
      [],
      [covering({}, fresh), covering({}, fresh)],
      [covering({}, fresh), ''],
    ])
      expect(reason({ newKeyProofs })).toBe('new_key_proof_missing');
    expect(reason({ newKeyProofs: ['garbage'] })).toBe('proof_malformed');
  });

  // breaks when: secondKey does not compare with the session's own key
  it('brings no key when both proofs are by its own', () => {
    expect(reason({ newKeyProofs: [covering()] })).toBe('new_key_mismatch');
  });

  // breaks when: either proof is judged without `digestOf` or `nonceAlways`
  it('must cover the request and bring a nonce with both proofs', () => {
    const without = [{ nonce: undefined }, { content_digest: undefined }];
    expect(without.map((claims) => reason({ proofs: [covering(claims)] }))).toEqual([
      'nonce_required',
      'proof_digest_mismatch',
    ]);
    expect(without.map((claims) => reason({ newKeyProofs: [covering(claims, fresh)] }))).toEqual([
      'nonce_required',
      'proof_digest_mismatch',
    ]);
    expect(reason({ bytes: Buffer.from('other') })).toBe('proof_digest_mismatch');
  });

  it('cannot be made of proofs for another method, nor by swapping the two', () => {
    const htu = `${judgedOrigin}/creance.v1.SessionService/RekeySession`;
    expect(reason({ newKeyProofs: [covering({ htu }, fresh)] })).toBe('proof_wrong_target');
    expect(reason({ proofs: [covering({}, fresh)], newKeyProofs: [covering()] })).toBe(
      'proof_wrong_key',
    );
  });

  it('cannot be repeated, though the proof of the new key is not remembered', () => {
    const parts = { proofs: [covering()], newKeyProofs: [covering({}, fresh)] };
    expect(reason(parts)).toBe('admitted');
    expect(reason(parts)).toBe('proof_replayed');
  });

  it('learns nothing of its session without both keys', () => {
    sessions = [sessionOf(1, { key: stand.signer.keyId, end: 'revoked' })];
    expect(reason({ newKeyProofs: [] })).toBe('new_key_proof_missing');
    expect(reason({ proofs: [covering({}, newSigner())] })).toBe('proof_wrong_key');
    expect(reason()).toBe('session_revoked');
  });

  it('brings nothing where nobody asks for a second key', () => {
    const parts = { proofs: [proof()], newKeyProofs: [covering({}, fresh)] };
    expect(authenticate(parts)).toEqual({
      ok: true,
      value: { kind: 'session', session: sessions[0], roles: new Set() },
    });
  });
});

describe('a call that a session may make while the watch holds it', () => {
  const rule = { ...session, digest: true, newKey: true, whileHeld: true } as const;
  const fresh = newSigner();
  const revision = (at: number) => at as Session['openedRevision'];
  const covering = (by: Signer) =>
    proof({ nonce: stand.judge.nonce(), content_digest: contentDigest(bytes) }, by);
  const reason = (parts: Partial<Presented> = {}) =>
    reasonOf({
      rule,
      proofs: [covering(stand.signer)],
      newKeyProofs: [covering(fresh)],
      ...parts,
    });
  const held = (heldFor: Session['heldFor'], at = 9) => ({ suspendedAt: revision(at), heldFor });
  const setPath = (...marks: Partial<Session>[]) => {
    const active = { activeAt: stand.clock.now() };
    sessions = marks.map((each, at) =>
      sessionOf(at, { ...active, key: stand.signer.keyId, ...each }),
    );
  };

  // breaks when: authenticate.ts lets through whoever is held, or forgets the rule
  it('is let through for the watch alone, and only where the rule says so', () => {
    setPath(held('watch'));
    expect(reason()).toBe('admitted');
    expect(reason({ rule: { ...rule, whileHeld: false } })).toBe('session_suspended');
    for (const cause of ['operator', 'theft'] as const) {
      setPath(held(cause));
      expect(reason()).toBe('session_suspended');
    }
  });

  it('is not let through below the hold of another, or below one of another kind', () => {
    setPath(held('watch'), held('watch'));
    expect(reason()).toBe('session_suspended');
    setPath(held('operator', 7), held('watch', 9));
    expect(reason()).toBe('session_suspended');
    setPath(held('watch', 7), held('watch', 9));
    expect(reason()).toBe('admitted');
  });

  it('is not let through when it has ended, or without both proofs', () => {
    setPath({ ...held('watch'), end: 'revoked' });
    expect(reason()).toBe('session_revoked');
    setPath(held('watch'));
    expect(reason({ newKeyProofs: [] })).toBe('new_key_proof_missing');
    expect(reason({ proofs: [covering(fresh)] })).toBe('proof_wrong_key');
  });
});

describe('a proof that a session has shown', () => {
  it('is heard of once it is genuine, with its counter and time', () => {
    const text = proof({ ctr: 7 });
    reasonOf({ proofs: [text] });
    const { id, key } = sessions[0] as Session;
    expect(seen).toEqual([{ session: id, key, counter: 7, issuedAt: stand.clock.seconds, text }]);
  });

  // breaks when: onProof stands behind the look at the session's state
  it('is heard of though the session is held or over: a clone may come then', () => {
    for (const state of [
      { suspendedAt: 9 as Session['openedRevision'] },
      { end: 'revoked' as const },
    ]) {
      sessions = [sessionOf(1, { key: stand.signer.keyId, ...state })];
      expect(['session_suspended', 'session_revoked']).toContain(reasonOf());
    }
    expect(seen).toHaveLength(2);
  });

  it("is not heard of when it is another key's, replayed, or for something else", () => {
    const once = proof();
    reasonOf({ proofs: [once] });
    reasonOf({ proofs: [once] });
    reasonOf({ proofs: [proof({}, newSigner())] });
    reasonOf({ proofs: [proof({ htm: 'GET' })] });
    reasonOf({
      rule: { by: 'new-key' },
      proofs: [proof({ nonce: stand.judge.nonce(), content_digest: contentDigest(bytes) })],
    });
    expect(seen.map(({ text }) => text)).toEqual([once]);
  });

  it('is refused while a session above is held', () => {
    const suspendedAt = 9 as Session['openedRevision'];
    const active = { activeAt: stand.clock.now() };
    sessions = [
      sessionOf(0, { ...active, suspendedAt }),
      sessionOf(1, { ...active, key: stand.signer.keyId }),
    ];
    expect(reasonOf()).toBe('session_suspended');
  });
});
