import { ok, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import { handleOf, scopesOf } from '../doubles/ids.js';
import { attestedAs, canaryEvidence as byKey, OpenStand } from '../doubles/open-stand.js';
import { grantOf, registryOf, workloadOf } from '../doubles/registries.js';
import { pathOf } from '../doubles/sessions.js';
import type { ChildJoinToken } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import type { DeclaredPlace } from './place.js';
import { upstreamRef } from './upstream-ask.js';

let stand: OpenStand;

beforeEach(() => {
  stand = new OpenStand();
});

const crm = 'https://crm.example.internal';

describe('what a root declares', () => {
  it('is a task within the grants of its workload, which also ends it', async () => {
    const task = {
      grants: [{ audience: crm, scopes: scopesOf('contacts:read') }],
      lifetimeSeconds: 60,
    };
    expect(await stand.outcomeOf({ task })).toBe('opened');
    expect(stand.written[0]).toMatchObject({
      task: { grants: [{ resource: 'crm', scopes: ['contacts:read'] }] },
      absoluteEndAt: plusSeconds(stand.call.now, 60),
      child: undefined,
      audit: { facts: { task: ['crm contacts:read'] } },
    });
    const beyond = { audience: crm, scopes: scopesOf('contacts:export') };
    expect(await stand.outcomeOf({ task: { grants: [beyond], lifetimeSeconds: 0 } })).toBe(
      'task_not_allowed',
    );
    expect(stand.written).toHaveLength(1);
  });

  it('is the person and the login that can end it, by handles and no names', async () => {
    const issuer = 'https://idp.example';
    await stand.open(byKey, { upstream: { issuer, subject: 'alex', sessionId: 'login-1' } });
    const refs = [
      upstreamRef('principal', issuer, 'alex'),
      upstreamRef('upstream', issuer, 'login-1'),
    ];
    expect(stand.upstreams).toEqual(refs);
    const [principal, upstream] = refs.map(({ hash }) => handleOf(hash));
    expect(stand.written[0]).toMatchObject({
      principal,
      upstream,
      audit: { facts: { principal, upstream } },
    });
    expect(JSON.stringify([stand.written, stand.upstreams])).not.toMatch(/alex|login-1/);
    await stand.open(byKey, { upstream: { issuer, subject: undefined, sessionId: 'login-1' } });
    expect(stand.written[1]).toMatchObject({ principal: undefined, upstream });
  });
});

describe('a child on another host', () => {
  const childJoinToken = 'C'.repeat(32);
  const task = { grants: [{ resource: 'crm', scopes: scopesOf('contacts:read') }] };

  const outcomeOf = (parts: Partial<DeclaredPlace> = {}) =>
    stand.outcomeOf({ childJoinToken, ...parts });

  beforeEach(() => {
    const lineage = { principal: handleOf('person'), upstream: handleOf('login') };
    stand.path = pathOf({ ...lineage, transaction: 'tree-7' }, { name: 'mail-writer' });
    stand.attested = ok(attestedAs('workload', 'mail-writer'));
    stand.childToken = {
      hash: sha256Base64url(childJoinToken),
      parent: stand.path[1]?.id as Session['id'],
      member: { kind: 'workload', name: 'mail-writer' },
      absoluteEndAt: plusSeconds(stand.call.now, 600),
      task,
      expiresAt: plusSeconds(stand.call.now, 60),
      redeemedBy: undefined,
    };
  });

  it('stands below whoever made its token, for the task and until the end that stand in it', async () => {
    expect(await outcomeOf()).toBe('opened');
    expect(stand.written[0]).toMatchObject({
      member: { kind: 'workload', name: 'mail-writer' },
      key: stand.key,
      child: { hash: stand.childToken?.hash, depthMax: 3 },
      task,
      absoluteEndAt: plusSeconds(stand.call.now, 600),
      transaction: 'tree-7',
      principal: handleOf('person'),
      upstream: handleOf('login'),
      audit: {
        kind: 'session_opened',
        facts: { parent: stand.path[1]?.id, task: ['crm contacts:read'] },
      },
    });
    expect(JSON.stringify(stand.written[0]?.audit)).not.toContain(stand.childToken?.hash);
    expect(JSON.stringify(stand.written)).not.toContain(childJoinToken);
  });

  // breaks when: the member of the token is not compared with that of the evidence
  it('is nobody else than the token is for, and a thief is told no more than who guesses', async () => {
    const answers = [];
    for (const as of [attestedAs('workload', 'support-triage'), attestedAs('operator', 'alex')]) {
      stand.attested = ok(as);
      answers.push(await outcomeOf());
      answers.push(await outcomeOf({ childJoinToken: 'D'.repeat(32) }));
    }
    expect(new Set(answers)).toEqual(new Set(['child_join_token_unknown']));
    expect(stand.written).toEqual([]);
  });

  it('is refused by what policy says when the token is redeemed', async () => {
    stand.registry = registryOf({ workloads: [workloadOf(), workloadOf({ name: 'mail-writer' })] });
    expect(await outcomeOf()).toBe('delegation_not_granted');
    stand.path = pathOf({}, { name: 'mail-writer' }, { name: 'mail-writer' });
    stand.childToken = {
      ...(stand.childToken as ChildJoinToken),
      parent: stand.path[2]?.id as Session['id'],
    };
    stand.registry = registryOf({
      workloads: [
        workloadOf({ delegation: { depth: 2, to: new Set(['mail-writer']) } }),
        workloadOf({ name: 'mail-writer', delegation: { depth: 7, to: new Set(['mail-writer']) } }),
      ],
    });
    expect(await outcomeOf()).toBe('delegation_too_deep');
    stand.path = [];
    expect(await outcomeOf()).toBe('ancestor_ended');
    expect(stand.written).toEqual([]);
  });

  // Law 5. breaks when: childPlace does not ask childFits: a manifest may have grown meanwhile
  it('is refused when a token of it would be too large by now', async () => {
    const scopes = Array.from({ length: 32 }, (_, at) => `${'s'.repeat(60)}${1_000 + at}`);
    const grants = [grantOf({ scopes: scopesOf(...scopes) })];
    const delegation = { depth: 7, to: new Set(['mail-writer']) };
    stand.registry = registryOf({
      workloads: [
        workloadOf({ grants, delegation }),
        workloadOf({ name: 'mail-writer', grants, delegation }),
      ],
    });
    stand.childToken = { ...(stand.childToken as ChildJoinToken), task: undefined };
    expect(await outcomeOf()).toBe('token_too_large');
    expect(stand.written).toEqual([]);
  });

  // breaks when: childPlace does not ask the level: the token may be a minute older than the doubt
  it('is refused when somebody above is in doubt by now', async () => {
    stand.level = 'narrow';
    expect(await outcomeOf()).toBe('session_narrowed');
    stand.level = 'suspend';
    expect(await outcomeOf()).toBe('session_suspended');
    expect(stand.written).toEqual([]);
  });

  it('never outlives anybody above, whatever its token says', async () => {
    stand.path = pathOf(
      { absoluteEndAt: plusSeconds(stand.call.now, 40) },
      { name: 'mail-writer' },
    );
    await outcomeOf();
    expect(stand.written[0]?.absoluteEndAt).toBe(plusSeconds(stand.call.now, 40));
  });

  it('declares neither task nor login of its own', async () => {
    expect(await outcomeOf({ task: { grants: [], lifetimeSeconds: 9 } })).toBe('task_malformed');
    const upstream = { issuer: 'https://idp.example', subject: 'alex', sessionId: undefined };
    expect(await outcomeOf({ upstream })).toBe('upstream_malformed');
    expect([stand.written, stand.upstreams]).toEqual([[], []]);
  });

  it('is told nothing of the token before its evidence is good', async () => {
    stand.attested = refuse({ reason: 'evidence_replayed' });
    stand.childToken = undefined;
    expect(await outcomeOf()).toBe('evidence_replayed');
  });

  it('is refused when the step is', async () => {
    stand.refusal = 'children_limit';
    expect(await outcomeOf()).toBe('children_limit');
  });
});
