import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import { callBy } from '../doubles/calls.js';
import { scopesOf, sessionIdOf } from '../doubles/ids.js';
import { registryOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf, sessionOf } from '../doubles/sessions.js';
import { getSession } from './get-session.js';

const registry = registryOf({
  workloads: [workloadOf({ delegation: { depth: 3, to: new Set(['support-triage']) } })],
});
const at = (seconds: number) => (openedAt + seconds * 1_000_000) as Instant;
const cutAt = at(60) as number as Revision;

const record = (kind: AuditEvent['kind'], parts: Partial<AuditEvent> = {}): AuditEvent => ({
  kind,
  at: at(60),
  actor: 'dev',
  requestId: 'request-9',
  facts: { reason: `by ${kind}` },
  ...parts,
});

/** The verb on a store that holds these sessions and records. */
function verb(tree: readonly Session[], records: readonly AuditEvent[] = [], ended?: Revision) {
  const path = (id: Session['id']): readonly Session[] => {
    const own = tree.find((each) => each.id === id);
    if (own === undefined) return [];
    return own.parent === undefined ? [own] : [...path(own.parent), own];
  };
  const get = getSession({
    registry: () => registry,
    actionsOf: () => ({ allowed: 3, refused: 1, lastAt: undefined }),
    watch: { explain: () => undefined },
    store: {
      path,
      session: (id) => path(id).at(-1),
      tree: () => tree,
      endedAt: () => ended,
      auditNear: (_at, kinds) => records.filter(({ kind }) => kinds.includes(kind)),
    },
  });
  return async (id: Session['id']) => {
    const found = await get({ session: id }, callBy());
    if (!found.ok) throw new Error(found.error.reason);
    return found.value;
  };
}

const [root, child, grandchild] = pathOf({}, {}, {}) as [Session, Session, Session];

describe('getSession', () => {
  it('refuses a session that nobody knows', async () => {
    await expect(verb([])(sessionIdOf('nobody'))).rejects.toThrow('target_unknown');
  });

  it('gives owner, place in the tree, ends, and what it may ask for', async () => {
    const opened = record('session_opened', {
      session: root.id,
      facts: { evidence: 'join-token', evidenceKey: 'k', address: '2001:db8:1:2::7' },
    });
    const get = verb([root, child, grandchild], [opened]);
    const found = await get(root.id);
    expect(found).toMatchObject({
      listed: { owner: 'support-platform', actionsAllowed: 3 },
      owner: { contact: 'a@example.com' },
      above: [],
      children: [{ session: { id: child.id } }],
      sessionsBelow: 2,
      idleEndAt: at(600),
      cause: undefined,
      // breaks when: the address itself is told
      opening: { evidence: 'join-token', evidenceKey: 'k', network: '2001:db8:1:2::/64' },
      mayAsk: [{ resource: { name: 'crm' }, scopes: ['contacts:read'] }],
    });
    expect((await get(grandchild.id)).above.map(({ session }) => session.id)).toEqual([
      root.id,
      child.id,
    ]);
  });

  it('narrows what it may ask for by the task of any session above', async () => {
    const task = { grants: [{ resource: 'mail', scopes: scopesOf('mail:send') }] };
    const get = verb([{ ...root, task }, child]);
    expect((await get(child.id)).mayAsk).toEqual([]);
  });

  it('lets nothing be asked for, and ends no idle time, once it has ended', async () => {
    const found = await verb([{ ...root, end: 'revoked' }], [], cutAt)(root.id);
    expect(found).toMatchObject({ mayAsk: [], idleEndAt: undefined, cause: undefined });
  });
});

describe('why a session may not act', () => {
  const ended = (id: Session['id'], ...records: AuditEvent[]) =>
    verb(
      [
        { ...root, end: 'revoked' },
        { ...child, end: 'revoked' },
      ],
      records,
      cutAt,
    )(id);

  it('is the record of its own cut, or of that of one above', async () => {
    const cut = record('session_cut', { session: root.id });
    for (const id of [root.id, child.id])
      expect((await ended(id, cut)).cause).toEqual({
        kind: 'session_cut',
        reason: 'by session_cut',
        author: 'dev',
        at: at(60),
        revision: cutAt,
        requestId: 'request-9',
      });
  });

  // breaks when: the nearest record is taken, whatever it names
  it('is none that names another session or another workload, however near', async () => {
    const others = [
      record('session_cut', { session: sessionIdOf('another') }),
      record('handle_cut', { facts: { reason: 'x', target: 'workload', name: 'mail-writer' } }),
    ];
    expect((await ended(root.id, ...others)).cause).toBeUndefined();
    const own = record('handle_cut', {
      at: at(58),
      facts: { reason: 'bad release', target: 'workload', name: 'support-triage' },
    });
    expect((await ended(root.id, ...others, own)).cause).toMatchObject({ reason: 'bad release' });
  });

  it('is the nearest of several, and names an operator by name', async () => {
    const operator = sessionOf('ann', { kind: 'operator', name: 'ann' });
    const tree = [{ ...root, suspendedAt: cutAt }, operator];
    const records = [
      record('session_suspended', { session: root.id, at: at(10), facts: { reason: 'earlier' } }),
      record('session_suspended', { session: root.id, actor: operator.id }),
      record('session_cut', { session: root.id }),
    ];
    expect((await verb(tree, records)(root.id)).cause).toMatchObject({
      kind: 'session_suspended',
      reason: 'by session_suspended',
      author: 'ann',
    });
  });
});
