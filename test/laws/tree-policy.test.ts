import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Family, given, hostOf, openFamily } from '../support/tree-family.js';
import { audienceOf, type WorkloadPolicy } from '../support/world-policy.js';

let family: Family;

beforeEach(async () => {
  family = await openFamily();
});
afterEach(() => family.world.dispose());

/** Changes what one workload may; undefined takes it off the registry. */
async function change(name: string, parts: Partial<WorkloadPolicy> | undefined): Promise<number> {
  const { world } = family;
  const { [name]: old, ...others } = world.policy;
  if (old === undefined) throw new Error('no such workload');
  return world.setPolicy(
    parts === undefined ? others : { ...others, [name]: { ...old, ...parts } },
  );
}

const crm = (scopes: readonly string[]) => [{ resource: 'crm', scopes, lifetimeSeconds: 120 }];

describe('a grant that became narrower', () => {
  // breaks law 1 when: policy.decide looks at the session that asks and not at its path
  it('at the root narrows the grandchild at its next token, and ends nobody', async () => {
    const { world, grandchild } = family;
    const before = given(await world.issue(grandchild));
    expect(await change('triage', { grants: crm(['contacts:write']) })).toBe(0);
    expect(await world.issue(grandchild)).toBe('scope_not_granted');
    // The token that it has is good for its minute: nobody was cut.
    expect(await world.use(before)).toBe('ok');
    expect(await change('triage', { grants: crm(['contacts:read']) })).toBe(0);
    const issued = given(await world.issue(grandchild));
    expect(issued.claims.expiresAt - issued.claims.issuedAt).toBe(120);
  });

  it('does not make a task wider when it becomes wide again', async () => {
    const { world, root } = family;
    const audience = audienceOf('crm');
    const task = { grants: [{ audience, scopes: ['contacts:read'] as never }], lifetimeSeconds: 0 };
    const child = given(await world.delegate(root, task));
    await change('triage', { grants: crm(['contacts:read', 'contacts:write']) });
    const ask = { audience, scopes: ['contacts:write'] };
    expect(await world.issue(child, 0, ask)).toBe('scope_not_in_task');
    given(await world.issue(root, 0, ask));
  });
});

describe('delegation that became narrower', () => {
  // breaks law 1 when: decide leaves out delegationFault
  it('refuses tokens to those who are there already', async () => {
    const { world, child, grandchild } = family;
    await change('triage', { depth: 1 });
    expect(await world.issue(grandchild)).toBe('delegation_too_deep');
    given(await world.issue(child));
    await change('triage', { depth: 7, to: ['triage'] });
    expect(await world.issue(grandchild)).toBe('delegation_not_granted');
    await change('triage', { to: ['triage', 'writer'] });
    given(await world.issue(grandchild));
  });
});

describe('a workload that leaves the registry', () => {
  // breaks when: changeRegistry appends its rows in another transaction than its audit record
  it('has its sessions ended with all below them in one transaction, and no others', async () => {
    const { world, root, child, grandchild } = family;
    const issued = given(await world.issue(grandchild));
    const other = given(await world.openRoot(await hostOf(world, 'batch')));
    const head = world.store.head();
    const change1 = change('writer', undefined);
    expect(await change1).toBe(1);
    const durable = await world.under.crash();
    expect(durable.session(grandchild.id)?.end).toBe('revoked');
    expect(durable.logAfter(head, 10)).toHaveLength(1);
    expect(world.lastAudit(1)[0]?.kind).toBe('registry_changed');
    await world.catchUp();
    expect(await world.use(issued)).toBe('token_cut');
    for (const session of [root, child, other]) given(await world.issue(session));
    expect(await change('triage', undefined)).toBe(2);
    expect(await world.issue(child)).toBe('workload_not_registered');
  });

  // breaks when: the row that ends its sessions is absolute
  it('begins anew when it comes back: its old sessions stay over, new ones live', async () => {
    const { world, grandchild, writerHost } = family;
    const { writer } = world.policy;
    await change('writer', undefined);
    await world.setPolicy({ ...world.policy, ...(writer && { writer }) });
    expect(await world.issue(grandchild)).toBe('session_revoked');
    const again = given(await world.openRoot(writerHost));
    expect(await world.use(given(await world.issue(again)))).toBe('ok');
  });
});

describe('a workload that gets another owner', () => {
  // breaks when: changeRegistry compares members only
  it('has its sessions ended, so that a cut of the new owner ends all there are', async () => {
    const { world, root, grandchild, rootHost } = family;
    expect(await change('triage', { owner: 'platform' })).toBe(3);
    expect(await world.issue(root)).toBe('session_revoked');
    expect(await world.issue(grandchild)).toBe('session_revoked');
    const next = given(await world.openRoot(rootHost));
    const issued = given(await world.issue(next));
    given(await world.cutTarget({ kind: 'owner', name: 'platform' }));
    await world.catchUp();
    expect(await world.use(issued)).toBe('token_cut');
  });
});
