import { ok, parseJoinString, type Reason, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { isNetwork } from '../attest/networks.js';
import type { AuditEvent } from '../domain/audit.js';
import { plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { callBy } from '../doubles/calls.js';
import { thumbprintOfName } from '../doubles/ids.js';
import { registryOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import type { NewJoinToken } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { createJoinToken, type JoinTokenAsk } from './create-join-token.js';

const ask: JoinTokenAsk = {
  member: { kind: 'workload', name: 'support-triage' },
  uses: 0,
  lifetimeSeconds: 0,
  networks: [],
};
const call = callBy();

let stored: { token: NewJoinToken; audit: AuditEvent }[];
let full: boolean;

beforeEach(() => {
  [stored, full] = [[], false];
});

function create(parts: Partial<JoinTokenAsk> = {}, loopbackOnly = false) {
  return createJoinToken({
    registry: () => registryOf({ operators: [{ name: 'alex', roles: new Set() }] }),
    store: {
      async createJoinToken(token, audit) {
        stored.push({ token, audit });
        return full ? refuse('store_full') : ok(undefined);
      },
    },
    entropy: seededEntropy(),
    isNetwork,
    issuer: 'https://creance.example.internal',
    publicOrigin: () => 'https://broker.example:7420',
    anchor: thumbprintOfName('anchor'),
    loopbackOnly,
  })({ ...ask, ...parts }, call);
}

async function reasonOf(
  parts: Partial<JoinTokenAsk>,
  loopbackOnly?: boolean,
): Promise<Reason | 'made'> {
  const made = await create(parts, loopbackOnly);
  return made.ok ? 'made' : made.error.reason;
}

describe('createJoinToken', () => {
  it('gives a join string with everything for first contact, for ten minutes', async () => {
    const made = await create();
    if (!made.ok) throw new Error(made.error.reason);
    expect(made.value.expiresAt).toBe(plusSeconds(call.now, limits.joinTokenSeconds));
    expect(parseJoinString(made.value.joinString)).toMatchObject({
      issuer: 'https://creance.example.internal',
      address: 'https://broker.example:7420',
      anchor: thumbprintOfName('anchor'),
    });
  });

  // Law 8. breaks when: the join token itself is stored or recorded
  it('stores the hash of the join token and says it to nobody else', async () => {
    const made = await create();
    const joinToken = (made.ok && parseJoinString(made.value.joinString)?.joinToken) || '';
    expect(joinToken).toHaveLength(32);
    expect(stored[0]?.token).toMatchObject({
      hash: sha256Base64url(joinToken),
      uses: 1,
      networks: [],
    });
    const written = JSON.stringify(stored);
    expect(written).not.toContain(joinToken);
    expect(JSON.stringify(stored[0]?.audit)).not.toContain(sha256Base64url(joinToken));
  });

  it('records for whom, how often, for how long and from where', async () => {
    await create({ uses: 3, lifetimeSeconds: 60, networks: ['10.0.0.0/8'] });
    expect(stored[0]?.audit).toEqual({
      kind: 'join_token_created',
      at: call.now,
      actor: call.caller.kind === 'session' && call.caller.session.id,
      requestId: 'request-1',
      facts: {
        kind: 'workload',
        name: 'support-triage',
        handle: stored[0]?.token.handle,
        uses: 3,
        seconds: 60,
        networks: ['10.0.0.0/8'],
      },
    });
  });

  it.each([
    ['uses', { uses: limits.joinTokenUsesMax + 1, networks: ['10.0.0.0/8'] }],
    ['uses', { uses: -1 }],
    ['lifetime_seconds', { lifetimeSeconds: limits.joinTokenSecondsMin - 1 }],
    ['lifetime_seconds', { lifetimeSeconds: limits.joinTokenSecondsMax + 1 }],
    ['networks', { networks: ['10.0.0.0'] }],
    ['networks', { networks: ['10.0.0.0/8', 'anywhere'] }],
    ['networks', { networks: Array.from({ length: 17 }, () => '10.0.0.0/8') }],
  ])('refuses %s out of bounds and names the field: %j', async (field, parts) => {
    expect(await create(parts)).toMatchObject({
      ok: false,
      error: { reason: 'request_malformed', fields: [{ field }] },
    });
    expect(stored).toEqual([]);
  });

  it('names every faulty field at once', async () => {
    const made = await create({ uses: -1, lifetimeSeconds: 1, networks: ['x'] });
    expect(!made.ok && made.error.fields?.map(({ field }) => field)).toEqual([
      'uses',
      'lifetime_seconds',
      'networks',
    ]);
  });

  it('takes the bounds themselves', async () => {
    const networks = Array.from({ length: limits.joinTokenNetworksMax }, () => '10.0.0.0/8');
    for (const lifetimeSeconds of [limits.joinTokenSecondsMin, limits.joinTokenSecondsMax]) {
      expect(await reasonOf({ uses: limits.joinTokenUsesMax, lifetimeSeconds, networks })).toBe(
        'made',
      );
    }
  });

  it('refuses a member that is not registered under its kind', async () => {
    for (const member of [
      { kind: 'workload', name: 'alex' },
      { kind: 'operator', name: 'support-triage' },
      { kind: 'verifier', name: 'https://crm.example.internal' },
    ] as const) {
      expect(await reasonOf({ member })).toBe('member_unknown');
    }
    expect(stored).toEqual([]);
    expect(await reasonOf({ member: { kind: 'verifier', name: 'crm' } })).toBe('made');
    expect(await reasonOf({ member: { kind: 'operator', name: 'alex' } })).toBe('made');
  });

  // breaks when: loopbackOnly is dropped from tooOpen, or the networks are
  it('wants networks for a token of several uses, unless only this machine can come', async () => {
    expect(await reasonOf({ uses: 2 })).toBe('networks_required');
    expect(await reasonOf({ uses: 2 }, true)).toBe('made');
    expect(await reasonOf({ uses: 2, networks: ['10.0.0.0/8'] })).toBe('made');
    expect(await reasonOf({ uses: 1 })).toBe('made');
  });

  it('gives no join string when the token is not stored', async () => {
    full = true;
    expect(await create()).toEqual({ ok: false, error: { reason: 'store_full' } });
  });
});
