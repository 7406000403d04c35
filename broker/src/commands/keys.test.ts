import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Reason, type Revision, refuse, type Thumbprint } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unixSeconds } from '../domain/instant.js';
import { callBy } from '../doubles/calls.js';
import { thumbprintOfName } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import type { TokenKeysCut } from '../store/store.js';
import { openTokenRing, type TokenRing } from '../tokens/token-ring.js';
import { compromiseKey } from './compromise-key.js';
import { listKeys } from './list-keys.js';

const operator = sessionOf('operator', { kind: 'operator', name: 'alex' });
const call = callBy(operator, ['keys']);
const nowSeconds = unixSeconds(call.now);
const identity = { issuer: 'https://creance.example.internal', dev: false };

let folder: string;
let ring: TokenRing;
let written: TokenKeysCut[];
/** Who signs while the store writes. */
let signingMeanwhile: (string | undefined)[];
let isFull: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-compromise-'));
  const opened = openTokenRing(folder, identity, nowSeconds);
  if (!opened.ok) throw new Error(opened.error.fault);
  ring = opened.value;
  [written, signingMeanwhile, isFull] = [[], [], false];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const keyIds = () => ring.keys().map(({ signer }) => signer.keyId);
const signing = () => ring.signerAt(nowSeconds)?.keyId as Thumbprint;

function compromise(keyId = signing(), reason = 'the disk was copied') {
  return compromiseKey({
    ring,
    subscribers: () => 12,
    store: {
      keptBy: () => 'store',
      async cutTokenKeys(write) {
        written.push(write);
        signingMeanwhile.push(signing());
        return isFull ? refuse('store_full') : ok(9 as Revision);
      },
    },
  })({ keyId, reason }, call);
}

async function reasonOf(...ask: Parameters<typeof compromise>): Promise<Reason | 'cut'> {
  const made = await compromise(...ask);
  return made.ok ? 'cut' : made.error.reason;
}

describe('compromiseKey', () => {
  it('cuts the key and the next one, publishes two others, and signs with the first of them', async () => {
    const [before, was] = [keyIds(), signing()];
    const done = await compromise();
    expect(done).toEqual({
      ok: true,
      value: {
        revision: 9,
        cutKeyIds: before,
        signingKeyId: signing(),
        verifiersSubscribed: 12,
        kept: 'store',
      },
    });
    expect(before).not.toContain(signing());
    expect(signingMeanwhile).toEqual([was]);
    expect(written[0]?.keyIds).toEqual(before);
    expect(written[0]?.fresh.map(({ keyId }) => keyId)).toEqual(keyIds());
    expect(written[0]?.audit).toEqual({
      kind: 'token_keys_cut',
      at: call.now,
      actor: operator.id,
      requestId: 'request-1',
      facts: { reason: 'the disk was copied', key: was, cut: before, signing: signing() },
    });
  });

  it('publishes public halves alone', async () => {
    await compromise();
    for (const key of written[0]?.fresh ?? [])
      expect(Object.keys(key).toSorted()).toEqual(['keyId', 'retireAt', 'x', 'y']);
  });

  // breaks when: the ring commits whatever the store says
  it('changes nothing when the store refuses', async () => {
    isFull = true;
    const before = keyIds();
    expect(await reasonOf()).toBe('store_full');
    expect(keyIds()).toEqual(before);
    expect(readdirSync(join(folder, 'tokens'))).toHaveLength(before.length);
  });

  it('refuses a key that it has not, one that was cut before, and no reason', async () => {
    expect(await reasonOf(thumbprintOfName('other'))).toBe('token_key_unknown');
    const was = signing();
    expect(await reasonOf(was)).toBe('cut');
    expect(await reasonOf(was)).toBe('token_key_unknown');
    expect(await reasonOf(signing(), ' ')).toBe('reason_missing');
    expect(written).toHaveLength(1);
  });
});

describe('listKeys', () => {
  it('lists the keys of the ring, the oldest first, and which one signs', async () => {
    expect(await listKeys(ring)({}, call)).toEqual({
      ok: true,
      value: ring.keys().map(({ signer, signsFrom, retireAt }, at) => {
        return { keyId: signer.keyId, signsFrom, retireAt, signing: at === 0 };
      }),
    });
  });
});
