import { ok, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Evidence } from '../attest/evidence.js';
import { plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { callBy } from '../doubles/calls.js';
import { thumbprintOfName } from '../doubles/ids.js';
import { attestedAs, canaryEvidence as byKey, OpenStand } from '../doubles/open-stand.js';
import { sessionOf } from '../doubles/sessions.js';

const byToken: Evidence = {
  kind: 'join-token',
  joinToken: 'CANARY-of-the-join-token',
  assertion: 'CANARY-of-the-assertion',
};

let stand: OpenStand;

beforeEach(() => {
  stand = new OpenStand();
});

describe('openSession', () => {
  it('opens a root session bound to the key of the call', async () => {
    expect(await stand.open()).toMatchObject({ ok: true, value: { session: sessionOf(1) } });
    expect(stand.written[0]).toMatchObject({
      now: stand.call.now,
      member: { kind: 'workload', name: 'support-triage' },
      handles: stand.handles,
      key: stand.key,
      absoluteEndAt: plusSeconds(stand.call.now, limits.sessionAbsoluteSeconds),
      evidence: { kind: 'key-assertion', key: thumbprintOfName('evidence') },
    });
  });

  it('redeems the join token in the same step, and registers its key for 30 days', async () => {
    stand.attested = ok(attestedAs('workload', 'support-triage', 'hash'));
    await stand.open(byToken);
    expect(stand.asked.map(({ kind }) => kind)).toEqual(['join-token']);
    expect(stand.written[0]?.evidence).toMatchObject({
      kind: 'join-token',
      hash: 'hash',
      key: thumbprintOfName('evidence'),
      keyExpiresAt: plusSeconds(stand.call.now, limits.evidenceKeySeconds),
    });
  });

  it('gives every session an id, a transaction and a handle of its own', async () => {
    stand.attested = ok(attestedAs('workload', 'support-triage', 'hash'));
    await stand.open(byToken);
    const [write] = stand.written;
    const evidence = write?.evidence.kind === 'join-token' ? write.evidence.freshHandle : '';
    const ids = [write?.id, write?.transaction, evidence];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('writes nothing when the evidence is refused', async () => {
    stand.attested = refuse({ reason: 'evidence_replayed' });
    expect(await stand.open()).toEqual({ ok: false, error: { reason: 'evidence_replayed' } });
    expect([stand.owners, stand.written]).toEqual([[], []]);
  });

  // breaks when: evidence alone is enough: then who left the manifest comes back with an old key
  it('writes nothing for a member that is registered no more', async () => {
    for (const member of [
      attestedAs('workload', 'gone'),
      attestedAs('verifier', 'support-triage'),
      attestedAs('operator', 'support-triage'),
    ]) {
      stand.attested = ok(member);
      expect(await stand.open()).toMatchObject({ error: { reason: 'workload_not_registered' } });
    }
    expect([stand.owners, stand.written]).toEqual([[], []]);
  });

  it.each([
    ['workload', 'support-triage', 'support-platform'],
    ['verifier', 'crm', 'creance'],
    ['operator', 'alex', 'creance'],
  ] as const)('takes the handles of a %s and of its owner', async (kind, name, owner) => {
    stand.attested = ok(attestedAs(kind, name));
    await stand.open();
    expect(stand.owners).toEqual([[{ kind, name }, owner]]);
    expect(stand.written[0]?.handles).toEqual(stand.handles);
  });

  it.each(['join_token_used', 'sessions_limit'] as const)(
    'is refused with %s when the step is',
    async (reason) => {
      stand.refusal = reason;
      expect(await stand.open()).toMatchObject({ ok: false, error: { reason } });
    },
  );

  it('is for whoever holds a key and is nobody yet: a session is a fault', async () => {
    await expect(stand.open(byKey, {}, callBy())).rejects.toThrow();
    expect(stand.written).toEqual([]);
  });

  // Law 8. breaks when: the evidence itself goes into the facts
  it('records who came how and from where, and never the evidence', async () => {
    stand.attested = ok(attestedAs('workload', 'support-triage', 'hash'));
    await stand.open(byToken);
    expect(stand.written[0]?.audit).toEqual({
      kind: 'session_opened',
      at: stand.call.now,
      actor: stand.key,
      session: stand.written[0]?.id,
      requestId: 'request-1',
      facts: {
        kind: 'workload',
        name: 'support-triage',
        evidence: 'join-token',
        evidenceKey: thumbprintOfName('evidence'),
        address: '192.0.2.1',
      },
    });
    expect(JSON.stringify(stand.written)).not.toContain('CANARY');
  });
});
