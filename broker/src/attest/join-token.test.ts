import { proofWindowSeconds, type Reason } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../domain/instant.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { handleOf, thumbprintOfName } from '../doubles/ids.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { assertionBy, newSigner } from '../doubles/signed.js';
import type { EvidenceKey, JoinToken } from '../store/store.js';
import { openNonces } from '../tokens/nonces.js';
import { openReplayMemory, type ReplayMemory } from '../tokens/replay-memory.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { joinTokenAttestor } from './join-token.js';

const joinToken = 'J'.repeat(32);
const hash = sha256Base64url(joinToken);
const evidence = newSigner();
const session = newSigner();
const member = { kind: 'workload', name: 'support-triage' } as const;

let clock: FakeClock;
let replays: ReplayMemory;
let known: JoinToken;
let asked: string[];
let registered: EvidenceKey | undefined;

beforeEach(() => {
  clock = new FakeClock();
  replays = openReplayMemory(proofWindowSeconds);
  asked = [];
  registered = undefined;
  known = {
    hash,
    handle: handleOf('join token'),
    member,
    expiresAt: plusSeconds(clock.now(), 600),
    uses: 1,
    networks: [],
    used: 0,
    isContested: false,
    redeemedBy: [],
  };
});

function attest(
  change: { token?: string; asserted?: string; claims?: object; by?: typeof evidence } = {},
  address = '192.0.2.1',
) {
  const nonces = openNonces(seededEntropy());
  const issuer = 'https://creance.example.internal';
  const store = {
    evidenceKey: async (key: string) => (key === registered?.key ? registered : undefined),
    joinToken: async (text: string) => {
      asked.push(text);
      return text === known.hash ? known : undefined;
    },
  };
  const attestor = joinTokenAttestor(store, { issuer, clock, nonces, replays });
  const token = change.token ?? joinToken;
  const ask = {
    sessionKey: session.keyId,
    nowSeconds: clock.seconds,
    nonce: nonces.current(clock.monotonicMillis()),
    joinToken: change.asserted ?? token,
  };
  const assertion = assertionBy(change.by ?? evidence, ask, change.claims);
  const presentation = { sessionKey: session.keyId, address, now: clock.now() };
  return attestor({ kind: 'join-token', joinToken: token, assertion }, presentation);
}

async function reasonOf(...ask: Parameters<typeof attest>): Promise<Reason | 'attested'> {
  const attested = await attest(...ask);
  return attested.ok ? 'attested' : attested.error.reason;
}

describe('a join token as evidence', () => {
  it('stands for the member that it was made for, with the key that signed', async () => {
    expect(await attest()).toEqual({
      ok: true,
      value: { member, evidenceKey: evidence.keyId, joinTokenHash: hash },
    });
  });

  it('is looked up by its hash and never by itself', async () => {
    await attest();
    expect(asked).toEqual([hash]);
  });

  it('is refused when nobody has made it, or it cannot be one', async () => {
    expect(await reasonOf({ token: 'K'.repeat(32) })).toBe('join_token_unknown');
    expect(await reasonOf({ token: 'short' })).toBe('join_token_unknown');
    expect(await reasonOf({ token: `${joinToken}\n` })).toBe('join_token_unknown');
    expect(asked).toHaveLength(1);
  });

  // breaks when: the hash in the assertion is not compared: then a thief puts his stolen token beside
  // an assertion that the honest key has made for another
  it('is refused when the assertion covers another token, or none', async () => {
    expect(await reasonOf({ asserted: 'K'.repeat(32) })).toBe('evidence_malformed');
    expect(await reasonOf({ claims: { jth: undefined } })).toBe('evidence_malformed');
    expect(asked).toEqual([]);
  });

  it('is refused when the assertion is no good, before anybody looks for the token', async () => {
    expect(await reasonOf({ claims: { aud: 'https://other.example' } })).toBe(
      'evidence_wrong_audience',
    );
    expect(await reasonOf({ claims: { nonce: 'stale' } })).toBe('nonce_required');
    expect(asked).toEqual([]);
  });

  it('is refused from its end on, to the microsecond', async () => {
    known = { ...known, expiresAt: (clock.now() + 1) as typeof known.expiresAt };
    expect(await reasonOf()).toBe('attested');
    known = { ...known, expiresAt: clock.now() };
    expect(await reasonOf()).toBe('join_token_expired');
  });

  // The store judges it, in the transaction: it may contest the key that came first.
  it('is let through without a use that is left, for whichever key', async () => {
    known = { ...known, used: 1, redeemedBy: [evidence.keyId] };
    expect(await reasonOf()).toBe('attested');
    expect(await reasonOf({ by: newSigner() })).toBe('attested');
    known = { ...known, uses: 3, used: 2, redeemedBy: [thumbprintOfName(1), thumbprintOfName(2)] };
    expect(await reasonOf({ by: newSigner() })).toBe('attested');
  });

  // breaks when: the network is checked for the first use only
  it('is refused from another network, also for the key that has redeemed it', async () => {
    known = { ...known, networks: ['10.0.0.0/8'], used: 1, redeemedBy: [evidence.keyId] };
    expect(await reasonOf({}, '10.1.2.3')).toBe('attested');
    for (const address of ['192.0.2.1', '', '::1']) {
      expect(await reasonOf({}, address)).toBe('join_token_wrong_network');
    }
  });

  it('is presented with an assertion that can be used once', async () => {
    const claims = { jti: 'one' };
    expect(await reasonOf({ claims })).toBe('attested');
    expect(await reasonOf({ claims })).toBe('evidence_replayed');
  });

  // breaks when: useOnce stands before the look-up: then strangers fill the memory
  it('costs no memory while it is refused', async () => {
    await attest({ token: 'K'.repeat(32) });
    await attest({ asserted: 'K'.repeat(32) });
    known = { ...known, networks: ['10.0.0.0/8'] };
    await attest();
    expect(replays.size).toBe(0);
  });
});

describe('a key that a join token registers again', () => {
  const key = (parts: Partial<EvidenceKey>): EvidenceKey => ({
    key: evidence.keyId,
    handle: handleOf('evidence key'),
    issuer: handleOf('join token'),
    member,
    expiresAt: plusSeconds(clock.now(), 600),
    registeredAt: 0 as EvidenceKey['registeredAt'],
    isContested: false,
    isCut: false,
    heldUntil: clock.now(),
    ...parts,
  });

  // breaks when: the attestor does not look whether the key is known: then a thief of evidence that is
  // held only needs another join token
  it('stays refused while it is held or cut', async () => {
    registered = key({ isCut: true });
    expect(await reasonOf()).toBe('evidence_key_revoked');
    registered = key({ heldUntil: plusSeconds(clock.now(), 10) });
    expect(await reasonOf()).toBe('evidence_held');
    expect(replays.size).toBe(0);
    registered = key({});
    expect(await reasonOf()).toBe('attested');
  });
});
