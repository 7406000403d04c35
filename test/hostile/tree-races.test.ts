import { parseToken, type SessionId } from '@creance/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longMillis, longOr } from '../support/long.js';
import type { RawClient } from '../support/raw-client.js';
import {
  childJoinToken,
  delegate,
  openWith,
  outcomeOf,
  type RawSession,
  rekey,
} from '../support/raw-tree.js';
import { Refused } from '../support/refused.js';
import { TestKey } from '../support/test-key.js';
import { type RawMember, TreeEdge } from '../support/tree-edge.js';

const rounds = longOr(200, 50);

/** Runs when a call is proved, before its verb: what the caller was told to be is over by then. */
let between: (() => Promise<void>) | undefined;
type Verb<Ask, Call, Answer> = (ask: Ask, call: Call) => Promise<Answer>;
const late =
  <Ask, Call, Answer>(verb: Verb<Ask, Call, Answer>): Verb<Ask, Call, Answer> =>
  async (ask, call) => {
    const run = between;
    between = undefined;
    await run?.();
    return verb(ask, call);
  };

let tree: TreeEdge;
let orchestrator: RawMember;
let writer: RawMember;

beforeAll(async () => {
  tree = await TreeEdge.start({
    commands: (verbs) => ({
      ...verbs,
      openSession: late(verbs.openSession),
      issueToken: late(verbs.issueToken),
      renewSession: late(verbs.renewSession),
      delegateSession: late(verbs.delegateSession),
      createChildJoinToken: late(verbs.createChildJoinToken),
      rekeySession: late(verbs.rekeySession),
    }),
  });
  [orchestrator, writer] = await Promise.all([tree.join('orchestrator'), tree.join('mail-writer')]);
});

afterAll(() => tree.dispose());

/** What a racer has got: a token, or a session that goes on. */
interface Got {
  readonly token?: string;
  readonly session?: RawSession;
}

/** What may race with a cut of the root, as the root or as its child. */
type Racer = (root: RawSession, child: RawSession, childToken: string) => Promise<Got>;

const racers: Readonly<Record<string, Racer>> = {
  issue: async (_root, child) => ({ token: (await tree.token(orchestrator.client, child)).token }),
  renew: async (_root, child) => {
    await orchestrator.client.renew(child.id, child.key);
    return { session: child };
  },
  delegate: async (_root, child) => ({
    session: await delegate(orchestrator.client, child, new TestKey()),
  }),
  rekey: async (root) => {
    const key = new TestKey();
    await rekey(orchestrator.client, root, key, orchestrator.evidence);
    return { session: { id: root.id, key } };
  },
  invite: async (_root, child) => {
    await childJoinToken(orchestrator.client, child, 'mail-writer');
    return { session: child };
  },
  redeem: async (_root, _child, childToken) => ({
    session: await openWith(writer.client, writer.evidence, new TestKey(), {
      childJoinToken: childToken,
    }),
  }),
};

/** Whether a token would still be let in by a view that has the whole log. */
const isDead = (token: string, log: ReadonlyMap<string, number>): boolean => {
  const parsed = parseToken(token);
  if (!parsed.ok) throw new Error(parsed.error);
  const { lineage, revision } = parsed.value.unverifiedClaims;
  return lineage.sessions.some((id) => (log.get(id) ?? -1) > revision);
};

/** Every cut of a session, by the log itself. */
const watchLog = () => {
  const rows = new Map<string, number>();
  const stop = tree.edge.store.onLog((added) => {
    for (const { entry, revision } of added)
      if (entry.kind === 'handle') rows.set(entry.handle, revision);
  });
  return { rows, stop };
};

const settled = (work: Promise<Got>): Promise<Got | string> =>
  work.catch((error: unknown) => {
    if (error instanceof Refused) return error.reason;
    throw error;
  });

const family = async () => {
  const root = await tree.again(orchestrator);
  const child = await delegate(orchestrator.client, root, new TestKey());
  return { root, child, token: await childJoinToken(orchestrator.client, root, 'mail-writer') };
};

const race = async (racer: Racer, end: (id: string) => Promise<void>, round: number) => {
  const [endFirst, behind] = [round % 2 === 1, Math.floor((round * 5) / rounds)];
  const { root, child, token } = await family();
  const run = () => settled(racer(root, child, token));
  const [first, second] = endFirst ? [() => end(root.id), run] : [run, () => end(root.id)];
  const leading = first();
  // The second one is some turns of the loop behind, more of them each round.
  for (let turn = 0; turn < behind; turn += 1) await new Promise((next) => setImmediate(next));
  const following = second();
  await Promise.all([leading, following]);
  const got = (await (endFirst ? following : leading)) as Got | string;
  return { root, got };
};

const speaks = (client: RawClient, session: RawSession) =>
  outcomeOf(client.renew(session.id, session.key));

describe.each(Object.entries(racers))('%s in a race', { timeout: longMillis }, (_name, racer) => {
  // breaks when: the check of the path and the write are two transactions
  it(`with a cut of the root, ${rounds} times in both orders, leaves nothing good`, async () => {
    const { rows, stop } = watchLog();
    for (let round = 0; round < rounds; round += 1) {
      const { root, got } = await race(racer, (id) => tree.cut(id), round);
      if (typeof got === 'string') expect(got).toBe('session_revoked');
      else {
        if (got.token !== undefined) expect(isDead(got.token, rows)).toBe(true);
        if (got.session !== undefined)
          expect(await speaks(orchestrator.client, got.session)).toBe('session_revoked');
      }
      const left = tree.edge.store.tree(root.id as SessionId, 100);
      expect(left.filter(({ end }) => end !== 'revoked')).toEqual([]);
    }
    stop();
  });

  it(`with a hold of the root, ${rounds} times, leaves nothing good until it is let go`, async () => {
    const { rows, stop } = watchLog();
    for (let round = 0; round < rounds; round += 1) {
      const { root, got } = await race(racer, (id) => tree.suspend(id), round);
      if (typeof got === 'string') expect(got).toBe('session_suspended');
      else {
        if (got.token !== undefined) expect(isDead(got.token, rows)).toBe(true);
        if (got.session !== undefined)
          expect(await speaks(orchestrator.client, got.session)).toBe('session_suspended');
      }
      await tree.resume(root.id);
      if (typeof got !== 'string' && got.token !== undefined)
        expect(isDead(got.token, rows)).toBe(true);
      await tree.cut(root.id);
    }
    stop();
  });

  // breaks when: act.ts or open-child.ts leaves the path to whoever has proved the call
  it.each(['cut', 'suspend'] as const)(
    'with a %s of the root between its proof and its step, is refused by the step',
    async (end) => {
      const { root, child, token } = await family();
      between = () => tree[end](root.id);
      const got = await settled(racer(root, child, token));
      expect(got).toBe(end === 'cut' ? 'session_revoked' : 'session_suspended');
      expect(between).toBeUndefined();
      expect(tree.edge.store.tree(root.id as SessionId, 100)).toHaveLength(2);
      await tree.cut(root.id);
    },
  );
});
