import { ok, type Reason, type Revision, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Attested, Evidence } from '../attest/evidence.js';
import type { Denial } from '../domain/denial.js';
import { callBy, callWithNewKey } from '../doubles/calls.js';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import type { RekeyRefusal, RekeySession } from '../store/store.js';
import { rekeySession } from './rekey-session.js';

const key = thumbprintOfName('new');
const evidenceKey = thumbprintOfName('evidence');
const session = sessionOf(1);
const assertion = 'CANARY-of-the-assertion';
const byKey: Evidence = { kind: 'key-assertion', assertion };

let attested: ReturnType<typeof ok<Attested>> | ReturnType<typeof refuse<Denial>>;
let asked: number;
let written: RekeySession[];
let refusal: RekeyRefusal | undefined;

beforeEach(() => {
  attested = ok({
    member: { kind: 'workload', name: 'support-triage' },
    evidenceKey,
    joinTokenHash: undefined,
  });
  [asked, written, refusal] = [0, [], undefined];
});

function rekey(evidence: Evidence | undefined = byKey, call = callWithNewKey(session, key)) {
  return rekeySession({
    attestor: async (_evidence, { sessionKey }) => {
      asked += 1;
      expect(sessionKey).toBe(key);
      return attested;
    },
    store: {
      async rekeySession(write) {
        written.push(write);
        return refusal === undefined ? ok(9 as Revision) : refuse(refusal);
      },
    },
  })({ key, evidence }, call);
}

async function reasonOf(...ask: Parameters<typeof rekey>): Promise<Reason | 'rekeyed'> {
  const rekeyed = await rekey(...ask);
  return rekeyed.ok ? 'rekeyed' : rekeyed.error.reason;
}

describe('rekeySession', () => {
  it('binds the session to the key that its evidence vouches for', async () => {
    const call = callWithNewKey(session, key);
    expect(await rekey(byKey, call)).toEqual({ ok: true, value: 9 });
    expect(written).toEqual([
      {
        session: sessionIdOf(1),
        provenKey: session.key,
        key,
        evidenceKey,
        now: call.now,
        audit: {
          kind: 'session_rekeyed',
          at: call.now,
          actor: sessionIdOf(1),
          session: sessionIdOf(1),
          requestId: 'request-1',
          facts: { keyBefore: session.key, key, evidenceKey },
        },
      },
    ]);
    expect(JSON.stringify(written)).not.toContain('CANARY');
  });

  // breaks when: newKeyFault is not asked: then a thief rekeys to a key that he names and does not hold
  it('refuses a key that has not proved the call, and looks at no evidence', async () => {
    const calls = [callBy(session), callWithNewKey(session, thumbprintOfName('other'))];
    for (const call of calls) expect(await reasonOf(byKey, call)).toBe('new_key_mismatch');
    expect([asked, written]).toEqual([0, []]);
  });

  it("refuses without a key assertion, and a session that shares its parent's evidence", async () => {
    const verb = rekeySession({
      attestor: async () => attested,
      store: { rekeySession: async () => ok(9 as Revision) },
    });
    expect(await verb({ key, evidence: undefined }, callWithNewKey(session, key))).toMatchObject({
      error: { reason: 'rekey_needs_evidence' },
    });
    const token: Evidence = { kind: 'join-token', joinToken: 'J'.repeat(32), assertion };
    expect(await reasonOf(token)).toBe('rekey_needs_evidence');
    const shared = sessionOf(2, { ownEvidence: false });
    expect(await reasonOf(byKey, callWithNewKey(shared, key))).toBe('rekey_needs_evidence');
    expect([asked, written]).toEqual([0, []]);
  });

  // breaks when: the member of the evidence is not compared with the session's
  it('refuses evidence of anybody else', async () => {
    for (const member of [
      { kind: 'workload', name: 'payroll' },
      { kind: 'operator', name: 'support-triage' },
    ] as const) {
      attested = ok({ member, evidenceKey, joinTokenHash: undefined });
      expect(await reasonOf()).toBe('rekey_needs_evidence');
    }
    attested = refuse({ reason: 'evidence_held' });
    expect(await reasonOf()).toBe('evidence_held');
    expect(written).toEqual([]);
  });

  it.each([
    'rekey_needs_evidence',
    'evidence_key_revoked',
    'session_key_in_use',
    'session_suspended',
  ] as const)('is refused with %s when the step is', async (reason) => {
    refusal = reason;
    expect(await reasonOf()).toBe(reason);
  });
});
