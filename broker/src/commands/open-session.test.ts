import { ok, type Reason, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Attested, Evidence } from '../attest/evidence.js';
import type { Denial } from '../domain/denial.js';
import { plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { MemberRef } from '../domain/registry.js';
import { callBy, callByNewKey } from '../doubles/calls.js';
import { handleOf, thumbprintOfName } from '../doubles/ids.js';
import { registryOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { sessionOf } from '../doubles/sessions.js';
import type { OpenSession } from '../store/store.js';
import { openSession } from './open-session.js';

const joinToken = 'CANARY-of-the-join-token';
const assertion = 'CANARY-of-the-assertion';
const byToken: Evidence = { kind: 'join-token', joinToken, assertion };
const byKey: Evidence = { kind: 'key-assertion', assertion };
const call = callByNewKey();
const key = call.caller.kind === 'new-key' ? call.caller.key : undefined;
const handles = { member: handleOf('member'), owner: handleOf('owner') };

let attested: ReturnType<typeof ok<Attested>> | ReturnType<typeof refuse<Denial>>;
let asked: string[];
let owners: [MemberRef, string][];
let written: OpenSession[];
let refusal: Extract<Reason, 'join_token_used' | 'sessions_limit'> | undefined;

beforeEach(() => {
  attested = ok(attestedAs('workload', 'support-triage'));
  [asked, owners, written, refusal] = [[], [], [], undefined];
});

function attestedAs(kind: MemberRef['kind'], name: string, joinTokenHash?: string): Attested {
  return { member: { kind, name }, evidenceKey: thumbprintOfName('evidence'), joinTokenHash };
}

function open(evidence: Evidence = byKey, as = call) {
  const opened = { session: sessionOf(1), evidenceKeyExpiresAt: call.now };
  return openSession({
    registry: registryOf({ operators: [{ name: 'alex', roles: new Set() }] }),
    entropy: seededEntropy(),
    store: {
      async memberHandles(member, owner) {
        owners.push([member, owner]);
        return handles;
      },
      async openSession(write) {
        written.push(write);
        return refusal === undefined ? ok(opened) : refuse(refusal);
      },
    },
    attestors: {
      'join-token': async () => {
        asked.push('join-token');
        return attested;
      },
      'key-assertion': async (_evidence, { sessionKey, address, now }) => {
        asked.push('key-assertion');
        expect({ sessionKey, address, now }).toEqual({
          sessionKey: key,
          address: call.address,
          now: call.now,
        });
        return attested;
      },
    },
  })({ evidence }, as);
}

describe('openSession', () => {
  it('opens a root session bound to the key of the call', async () => {
    expect(await open()).toMatchObject({ ok: true, value: { session: sessionOf(1) } });
    expect(written[0]).toMatchObject({
      now: call.now,
      member: { kind: 'workload', name: 'support-triage' },
      handles,
      key,
      absoluteEndAt: plusSeconds(call.now, limits.sessionAbsoluteSeconds),
      evidence: { kind: 'key-assertion', key: thumbprintOfName('evidence') },
    });
  });

  it('redeems the join token in the same step, and registers its key for 30 days', async () => {
    attested = ok(attestedAs('workload', 'support-triage', 'hash'));
    await open(byToken);
    expect(asked).toEqual(['join-token']);
    expect(written[0]?.evidence).toMatchObject({
      kind: 'join-token',
      hash: 'hash',
      key: thumbprintOfName('evidence'),
      keyExpiresAt: plusSeconds(call.now, limits.evidenceKeySeconds),
    });
  });

  it('gives every session an id, a transaction and a handle of its own', async () => {
    attested = ok(attestedAs('workload', 'support-triage', 'hash'));
    await open(byToken);
    const [write] = written;
    const evidence = write?.evidence.kind === 'join-token' ? write.evidence.freshHandle : '';
    const ids = [write?.id, write?.transaction, evidence];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('writes nothing when the evidence is refused', async () => {
    attested = refuse({ reason: 'evidence_replayed' });
    expect(await open()).toEqual({ ok: false, error: { reason: 'evidence_replayed' } });
    expect([owners, written]).toEqual([[], []]);
  });

  // breaks when: evidence alone is enough: then who left the manifest comes back with an old key
  it('writes nothing for a member that is registered no more', async () => {
    for (const member of [
      attestedAs('workload', 'gone'),
      attestedAs('verifier', 'support-triage'),
      attestedAs('operator', 'support-triage'),
    ]) {
      attested = ok(member);
      expect(await open()).toMatchObject({ error: { reason: 'workload_not_registered' } });
    }
    expect([owners, written]).toEqual([[], []]);
  });

  it.each([
    ['workload', 'support-triage', 'support-platform'],
    ['verifier', 'crm', 'creance'],
    ['operator', 'alex', 'creance'],
  ] as const)('takes the handles of a %s and of its owner', async (kind, name, owner) => {
    attested = ok(attestedAs(kind, name));
    await open();
    expect(owners).toEqual([[{ kind, name }, owner]]);
    expect(written[0]?.handles).toEqual(handles);
  });

  it.each(['join_token_used', 'sessions_limit'] as const)(
    'is refused with %s when the step is',
    async (reason) => {
      refusal = reason;
      expect(await open()).toMatchObject({ ok: false, error: { reason } });
    },
  );

  it('is for whoever holds a key and is nobody yet: a session is a fault', async () => {
    await expect(open(byKey, callBy())).rejects.toThrow();
    expect(written).toEqual([]);
  });

  // Law 8. breaks when: the evidence itself goes into the facts
  it('records who came how and from where, and never the evidence', async () => {
    attested = ok(attestedAs('workload', 'support-triage', 'hash'));
    await open(byToken);
    expect(written[0]?.audit).toEqual({
      kind: 'session_opened',
      at: call.now,
      actor: key,
      session: written[0]?.id,
      requestId: 'request-1',
      facts: {
        kind: 'workload',
        name: 'support-triage',
        evidence: 'join-token',
        evidenceKey: thumbprintOfName('evidence'),
        address: '192.0.2.1',
      },
    });
    expect(JSON.stringify(written)).not.toContain('CANARY');
  });
});
