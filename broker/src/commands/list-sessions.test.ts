import type { Revision, SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import { callBy } from '../doubles/calls.js';
import { sessionIdOf } from '../doubles/ids.js';
import { registryOf, workloadOf } from '../doubles/registries.js';
import { pathOf, sessionOf } from '../doubles/sessions.js';
import { type ListSessionsAsk, listedSession, listSessions } from './list-sessions.js';

const all = Array.from({ length: 25 }, (_, at) => sessionOf(at));

let tree: readonly Session[] = all;
let treeSize: number | undefined;

const list = listSessions({
  store: {
    liveSessions({ size, after }) {
      const from = all.findIndex(({ id }) => id === after) + 1;
      return all.slice(from, from + size);
    },
    tree(id, size) {
      treeSize = size;
      return tree.some((each) => each.id === id) ? tree.slice(0, size) : [];
    },
  },
  registry: () => registryOf(),
  actionsOf: (id) =>
    id === sessionIdOf(3)
      ? { allowed: 7, refused: 2, lastAt: undefined }
      : { allowed: 0, refused: 0, lastAt: undefined },
});

const every = { workload: undefined, owner: undefined, state: undefined };

async function page(
  size: number,
  after?: SessionId,
  treeOf?: SessionId,
  narrow: Partial<ListSessionsAsk> = {},
) {
  const listed = await list({ size, after, treeOf, ...every, ...narrow }, callBy());
  if (!listed.ok) throw new Error(listed.error.reason);
  return listed.value;
}

describe('listSessions', () => {
  // breaks when: the page asks the store for `size` instead of one more
  it.each([1, 7, 24, 25, 26])(
    'gives every session once in pages of %i, and no empty last page',
    async (size) => {
      const seen: Session[] = [];
      let after: SessionId | undefined;
      let pages = 0;
      do {
        const { sessions, next } = await page(size, after);
        expect(sessions.length).toBeGreaterThan(0);
        seen.push(...sessions.map(({ session }) => session));
        after = next;
        pages += 1;
      } while (after !== undefined);
      expect(seen).toEqual(all);
      expect(pages).toBe(Math.ceil(25 / size));
    },
  );

  it('is empty without a next page when there is nothing after', async () => {
    expect(await page(10, all.at(-1)?.id)).toEqual({ sessions: [], next: undefined });
  });
});

describe('a narrowed list', () => {
  const registry = registryOf({
    workloads: [workloadOf(), workloadOf({ name: 'mail-writer', owner: 'mail-team' })],
  });
  // Of 3,000 live sessions every tenth is a mail-writer's, and every hundredth is held.
  const many = Array.from({ length: 3_000 }, (_, at) =>
    sessionOf(`many ${at}`, {
      ...(at % 10 === 0 && { name: 'mail-writer' }),
      ...(at % 100 === 0 && { suspendedAt: 9 as Revision }),
      ...(at === 7 && { kind: 'operator' as const, name: 'mail-writer' }),
    }),
  );
  const narrowed = listSessions({
    store: {
      liveSessions({ size, after }) {
        const from = many.findIndex(({ id }) => id === after) + 1;
        return many.slice(from, from + size);
      },
      tree: () => many.slice(0, 40),
    },
    registry: () => registry,
    actionsOf: () => ({ allowed: 0, refused: 0, lastAt: undefined }),
  });
  const found = async (narrow: Partial<ListSessionsAsk>) => {
    const names: string[] = [];
    let after: SessionId | undefined;
    do {
      const ask = { size: 50, after, treeOf: undefined, ...every, ...narrow };
      const listed = await narrowed(ask, callBy());
      if (!listed.ok) throw new Error(listed.error.reason);
      expect(listed.value.sessions.length).toBeLessThanOrEqual(50);
      names.push(...listed.value.sessions.map(({ session }) => session.id));
      after = listed.value.next;
    } while (after !== undefined);
    expect(new Set(names).size).toBe(names.length);
    return names.length;
  };

  // breaks when: a page is narrowed after it was taken, so that most of it is empty
  it('gives every session that matches, page by page, and no other', async () => {
    expect(await found({ workload: 'mail-writer' })).toBe(300);
    expect(await found({ owner: 'mail-team' })).toBe(300);
    expect(await found({ owner: 'creance' })).toBe(1);
    expect(await found({ state: 'suspended' })).toBe(30);
    expect(await found({ state: 'live', workload: 'mail-writer' })).toBe(270);
    expect(await found({ workload: 'support-triage', owner: 'mail-team' })).toBe(0);
    expect(await found({ workload: 'nobody' })).toBe(0);
  });

  it('of a tree gives only what matches too', async () => {
    expect(await found({ treeOf: many[0]?.id, workload: 'mail-writer' })).toBe(4);
  });
});

describe('what is listed of a session', () => {
  it('comes with what witnesses have reported of it', async () => {
    const { sessions } = await page(5);
    const counts = sessions.map(({ actionsAllowed, actionsRefused }) => [
      actionsAllowed,
      actionsRefused,
    ]);
    expect(counts).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [7, 2],
      [0, 0],
    ]);
  });
});

describe('the tree of a session', () => {
  const grown = pathOf({}, {}, { end: 'revoked' }, {});
  const ids = (sessions: readonly { session: Session }[]) =>
    sessions.map(({ session }) => session.id);

  it('is listed whole, parents first, whatever session of it is named', async () => {
    tree = grown;
    for (const { id } of grown) {
      const { sessions, next } = await page(50, undefined, id);
      expect(ids(sessions)).toEqual(ids(grown.map((session) => ({ session }))));
      expect(next).toBeUndefined();
    }
  });

  it('is listed up to 10,000 sessions, so that no tree fills the memory', async () => {
    tree = grown;
    await page(50, undefined, grown[0]?.id);
    expect(treeSize).toBe(10_000);
  });

  it('comes in pages, each session once', async () => {
    tree = grown;
    const [first, second, third] = [
      await page(2, undefined, grown[3]?.id),
      await page(2, grown[1]?.id, grown[3]?.id),
      await page(2, grown[3]?.id, grown[3]?.id),
    ];
    expect(ids([...first.sessions, ...second.sessions])).toEqual(grown.map(({ id }) => id));
    expect([first.next, second.next]).toEqual([grown[1]?.id, undefined]);
    expect(third.sessions).toEqual([]);
  });

  // breaks when: a page after a session that is gone starts at the root again: then paging never ends
  it('has nothing after a session that it does not hold', async () => {
    tree = grown;
    expect(await page(2, sessionIdOf('gone'), grown[0]?.id)).toEqual({
      sessions: [],
      next: undefined,
    });
  });

  it('is refused for a session that nobody knows', async () => {
    tree = grown;
    const treeOf = sessionIdOf('nobody');
    expect(await list({ size: 5, after: undefined, treeOf, ...every }, callBy())).toMatchObject({
      error: { reason: 'target_unknown' },
    });
  });
});

describe('listedSession', () => {
  // breaks when: a session whose tokens are in use looks idle, or an old report makes it look older than it is
  it.each([
    [undefined, 0],
    [-5, 0],
    [5, 5],
  ])('was seen last by its own call or a reported action, whichever is later: %s', (after, by) => {
    const session = sessionOf(1);
    const lastAt = after === undefined ? undefined : ((session.activeAt + after) as Instant);
    const actionsOf = () => ({ allowed: 1, refused: 0, lastAt });
    const listed = listedSession({ registry: () => registryOf(), actionsOf }, session);
    expect(listed.seenAt).toBe(session.activeAt + by);
  });
});
