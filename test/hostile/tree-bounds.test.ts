import type { SessionId } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audiences } from '../support/flow-manifest.js';
import {
  childJoinToken,
  delegate,
  openWith,
  outcomeOf,
  type RawSession,
} from '../support/raw-tree.js';
import { TestKey } from '../support/test-key.js';
import { type RawMember, TreeEdge } from '../support/tree-edge.js';
import { expectAlive } from '../support/under-attack.js';

let tree: TreeEdge;
let orchestrator: RawMember;
let writer: RawMember;

beforeEach(async () => {
  tree = await TreeEdge.start();
  [orchestrator, writer] = await Promise.all([tree.join('orchestrator'), tree.join('mail-writer')]);
});

afterEach(() => tree.dispose());

const sizeOf = (session: RawSession) =>
  tree.edge.store.tree(session.id as SessionId, 20_000).length;
const far = async (parent: RawSession, from: RawMember = orchestrator) => {
  const childToken = await childJoinToken(from.client, parent, 'mail-writer');
  return openWith(writer.client, writer.evidence, new TestKey(), { childJoinToken: childToken });
};
const back = async (parent: RawSession) => {
  const childToken = await childJoinToken(writer.client, parent, 'orchestrator');
  const { client, evidence } = orchestrator;
  return openWith(client, evidence, new TestKey(), { childJoinToken: childToken });
};

/** So many at once, again and again: how often each outcome came. */
const tally = async (count: number, attempt: () => Promise<unknown>) => {
  const outcomes = new Map<string, number>();
  for (let done = 0; done < count; done += 100) {
    const some = Math.min(100, count - done);
    for (const outcome of await Promise.all(
      Array.from({ length: some }, () => outcomeOf(attempt())),
    ))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return Object.fromEntries(outcomes);
};

// breaks when: a bound is checked outside the transaction, or counts what is waiting for nothing
describe('a parent that wants ten thousand children', () => {
  it('gets 49 of its own workload, 64 in all, and the broker lives', {
    timeout: 60_000,
  }, async () => {
    const { client, root } = orchestrator;
    const keys = Array.from({ length: 300 }, () => new TestKey());
    const same = await tally(300, () => delegate(client, root, keys.pop() as TestKey));
    expect(same).toEqual({ ok: 49, tree_limit: 251 });
    // A key that was refused is used again: what is counted is children, not keys.
    const key = new TestKey();
    expect(await tally(5_000, () => delegate(client, root, key))).toEqual({ tree_limit: 5_000 });
    const tokens = await tally(4_700, () => childJoinToken(client, root, 'mail-writer'));
    expect(tokens).toEqual({ ok: 15, children_limit: 4_685 });
    expect(sizeOf(root)).toBe(50);
    expect(await outcomeOf(tree.token(client, root))).toBe('ok');
    await expectAlive(tree.edge);
  });
});

describe('a chain that wants a thousand levels', () => {
  it('ends at eight, and says why', async () => {
    let deepest = orchestrator.root;
    let depth = 1;
    let outcome = 'ok';
    while (outcome === 'ok' && depth < 1_000) {
      const key = new TestKey();
      outcome = await outcomeOf(
        delegate(orchestrator.client, deepest, key).then((child) => {
          deepest = child;
          depth += 1;
        }),
      );
    }
    expect([depth, outcome]).toEqual([8, 'delegation_too_deep']);
    const above = childJoinToken(orchestrator.client, deepest, 'mail-writer');
    expect(await outcomeOf(above)).toBe('delegation_too_deep');
    expect(await outcomeOf(tree.token(orchestrator.client, deepest))).toBe('ok');
    await tree.cut(orchestrator.root.id);
    expect(await outcomeOf(tree.token(orchestrator.client, deepest))).toBe('session_revoked');
  });
});

describe('one workload that wants a tree of its own', () => {
  it('holds 50 sessions of it, wherever they hang, and others find room', async () => {
    const { client, root } = orchestrator;
    const inner = await far(root);
    const nodes = [root];
    for (let at = 0; at < 5; at += 1) nodes.push(await delegate(client, root, new TestKey()));
    const keys = Array.from({ length: 120 }, () => new TestKey());
    let turn = 0;
    const spread = await tally(120, () => {
      turn += 1;
      return delegate(client, nodes[turn % nodes.length] as RawSession, keys.pop() as TestKey);
    });
    expect(spread).toEqual({ ok: 44, tree_limit: 76 });
    expect(await outcomeOf(back(inner))).toBe('tree_limit');
    expect(await outcomeOf(far(root))).toBe('ok');
    await tree.cut((nodes[5] as RawSession).id);
    expect(await outcomeOf(delegate(client, root, new TestKey()))).toBe('ok');
  });
});

describe('a delegation loop', () => {
  // breaks when: a key or id of an ancestor may come again below it
  it("cannot bring an ancestor's key or session in again", async () => {
    const child = await delegate(orchestrator.client, orchestrator.root, new TestKey());
    const grandchild = await delegate(orchestrator.client, child, new TestKey());
    for (const { key } of [orchestrator.root, child]) {
      const loop = delegate(orchestrator.client, grandchild, key);
      expect(await outcomeOf(loop)).toBe('session_key_in_use');
    }
    const childToken = await childJoinToken(orchestrator.client, grandchild, 'orchestrator');
    for (const { key } of [orchestrator.root, child]) {
      const { client, evidence } = orchestrator;
      const loop = openWith(client, evidence, key, { childJoinToken: childToken });
      expect(await outcomeOf(loop)).toBe('session_key_in_use');
    }
    expect(sizeOf(orchestrator.root)).toBe(3);
  });

  it('of workloads that name each other narrows at each turn, and ends with its root', async () => {
    const path = [orchestrator.root];
    for (let level = 1; level < 8; level += 1)
      path.push(await (level % 2 === 1 ? far : back)(path.at(-1) as RawSession));
    const deepest = path.at(-1) as RawSession;
    const { crm } = audiences;
    const exporting = tree.token(writer.client, path[2] as RawSession, crm, 'contacts:export');
    expect(await outcomeOf(exporting)).toBe('scope_not_granted');
    expect(await outcomeOf(tree.token(writer.client, deepest))).toBe('ok');
    await tree.cut((path[1] as RawSession).id);
    const outcomes = await Promise.all(
      path.map((session) => outcomeOf(tree.token(writer.client, session))),
    );
    expect(outcomes).toEqual(['ok', ...Array(7).fill('session_revoked')]);
  });
});
