import {
  ExplainRefusalRequest,
  ExplainRefusalResponse,
  IssueTokenRequest,
  OpenSessionRequest,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { edgeAudience, type OpenedByTest, type TestEdge } from '../support/edge.js';
import { asRoot } from '../support/raw-client.js';
import { refusedOf } from '../support/refused.js';
import { TestKey } from '../support/test-key.js';
import { issueToken, openSession, underAttack } from '../support/under-attack.js';

const { start } = underAttack();
const explainRefusal = '/creance.v1.OperatorService/ExplainRefusal';

/** A manifest with two workloads, so that one can be loud. */
const manifest = (name: string) => `
  ${name}:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants: [{ resource: crm, scopes: [contacts:read] }]`;
const two = `apiVersion: creance/v1
issuer: https://creance.example.internal
owners: { team: { contact: team@example.com } }
resources:
  crm:
    audience: ${edgeAudience}
    scopes: { contacts:read: { access: read } }
workloads:${manifest('triage')}${manifest('loud')}
operators:
  viewer: { roles: [viewer] }
  auditor: { roles: [auditor] }
`;

/** Asks for a token that is refused; gives the request id. */
async function refused(
  edge: TestEdge,
  { id, key }: OpenedByTest,
  ask: Partial<IssueTokenRequest> = {},
): Promise<string> {
  const whole = { audience: edgeAudience, scopes: ['contacts:export'], lifetimeSeconds: 0 };
  const request = IssueTokenRequest.encode({ ...whole, ...ask }).finish();
  const entries = [
    ['dpop', edge.proof(issueToken, request, key)],
    ['creance-session', id],
  ] as const;
  const wire = edge.wire();
  const { error } = await wire.send(issueToken, request, entries);
  wire.close();
  if (error === undefined) throw new Error('the broker gave a token that it should refuse');
  return refusedOf(error).facts['request_id'] ?? '';
}

/** What an operator is told; the reason where it is refused. */
async function explained(
  edge: TestEdge,
  { id, key }: OpenedByTest,
  requestId: string,
): Promise<ExplainRefusalResponse | string> {
  const request = ExplainRefusalRequest.encode({ requestId }).finish();
  const entries = [
    ['dpop', edge.proof(explainRefusal, request, key)],
    ['creance-session', id],
  ] as const;
  const { reply, reason } = await edge.wire().send(explainRefusal, request, entries);
  return reply === undefined ? reason : ExplainRefusalResponse.decode(reply);
}

describe('a refusal that an operator may look into', () => {
  // Law 9. breaks when: one ring keeps the refusals of all
  it('outlives a flood of strangers and of another member', async () => {
    const edge = await start({ manifest: two });
    const triage = await edge.session({ kind: 'workload', name: 'triage' });
    const loud = await edge.session({ kind: 'workload', name: 'loud' });
    const viewer = await edge.session({ kind: 'operator', name: 'viewer' });
    const requestId = await refused(edge, triage);
    const first = await refused(edge, loud);
    for (let at = 0; at <= limits.refusalsPerMember; at += 1) await refused(edge, loud);
    const wire = edge.wire();
    for (let at = 0; at < 4 * limits.refusalsPerAddress; at += 1)
      await wire.send(
        openSession,
        OpenSessionRequest.encode({ ...asRoot, evidence: undefined }).finish(),
        [],
      );
    expect(await explained(edge, viewer, requestId)).toMatchObject({
      requestId,
      name: 'triage',
      reason: 'scope_not_granted',
      missing: 'contacts:export',
    });
    expect(await explained(edge, viewer, first)).toBe('refusal_unknown');
    expect(edge.hits).toContain('refusalsPerMember');
    expect(edge.hits).toContain('refusalsPerAddress');
  }, 60_000);

  // Law 10. breaks when: the row of the table lets the session, its resource or another role ask
  it('is told to operators with the role alone, not even to whom it was', async () => {
    const edge = await start({ manifest: two });
    const triage = await edge.session({ kind: 'workload', name: 'triage' });
    const requestId = await refused(edge, triage);
    const crm = await edge.session({ kind: 'verifier', name: 'crm' });
    const auditor = await edge.session({ kind: 'operator', name: 'auditor' });
    for (const caller of [triage, crm])
      expect(await explained(edge, caller, requestId)).toBe('session_wrong_kind');
    expect(await explained(edge, auditor, requestId)).toBe('operator_role_missing');
  });

  // Law 8. breaks when: what a caller presents is noted as it came
  it('holds no bearer material, though a caller presents it where it does not belong', async () => {
    const edge = await start({ manifest: two });
    const triage = await edge.session({ kind: 'workload', name: 'triage' });
    const viewer = await edge.session({ kind: 'operator', name: 'viewer' });
    const joinString = await edge.joinString({ kind: 'workload', name: 'loud' });
    const joinToken = JSON.parse(
      Buffer.from(joinString.split(':').at(-1) ?? '', 'base64url').toString(),
    ).token as string;
    const proof = edge.proof(issueToken, new Uint8Array(), new TestKey());
    for (const secret of [joinString, joinToken, proof]) {
      const requestId = await refused(edge, triage, {
        audience: `https://x/${secret}`.slice(0, 250),
      });
      const told = await explained(edge, viewer, requestId);
      expect(told).toMatchObject({ reason: 'resource_unknown' });
      const everything = JSON.stringify([told, edge.log], (_key, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      expect(everything).toContain('[taken out]');
      expect(everything).not.toContain(secret.slice(-24));
      expect(everything).not.toContain(joinToken);
    }
  });

  it.each([
    ['', 'request_malformed'],
    ['x'.repeat(22), 'refusal_unknown'],
    [`${'A'.repeat(22)}.1`, 'refusal_unknown'],
    ['A'.repeat(4_000), 'request_malformed'],
    [`${'A'.repeat(21)}\u001b`, 'request_malformed'],
  ])('is not found by %j', async (requestId, reason) => {
    const edge = await start({ manifest: two });
    const viewer = await edge.session({ kind: 'operator', name: 'viewer' });
    expect(await explained(edge, viewer, requestId)).toBe(reason);
  });

  it('is forgotten at a restart, and says so', async () => {
    const edge = await start({ manifest: two });
    const triage = await edge.session({ kind: 'workload', name: 'triage' });
    const requestId = await refused(edge, triage);
    await edge.restart();
    const viewer = await edge.session({ kind: 'operator', name: 'viewer' });
    expect(await explained(edge, viewer, requestId)).toBe('refusal_unknown');
  });
});
