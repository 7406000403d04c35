import { describe, expect, it } from 'vitest';
import { type OpenStore, sessionIdOf } from '../../support/store.js';
import { openRoots, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateLine } from './tree-asks.js';

/** Reading a whole tree. */
export function treeSuite(name: string, open: OpenStore): void {
  describe(`${name}: reading a tree`, () => {
    const fresh = freshStore(open);
    const world = async () => {
      await openRoots(fresh.current, 'root', 'beside');
      await delegateLine(fresh.current, 'root', 'a', 'b', 'c');
      await delegateLine(fresh.current, 'root', 'd');
      return fresh.current;
    };
    const all = ['root', 'a', 'b', 'c', 'd'].map(sessionIdOf);

    it('gives the whole tree of any of its sessions, parents before their children', async () => {
      const { store, reopen } = await world();
      for (const each of [store, await reopen()]) {
        for (const id of all) {
          const ids = each.tree(id, 100).map((session) => session.id);
          expect(new Set(ids)).toEqual(new Set(all));
          expect(ids[0]).toBe(sessionIdOf('root'));
          expect(ids.indexOf(sessionIdOf('b'))).toBeLessThan(ids.indexOf(sessionIdOf('c')));
          expect(ids.indexOf(sessionIdOf('a'))).toBeLessThan(ids.indexOf(sessionIdOf('b')));
        }
      }
      expect(fresh.current.store.tree(sessionIdOf('nobody'), 100)).toEqual([]);
    });

    it('gives at most so many', async () => {
      const { store } = await world();
      for (const size of [0, 1, 3, 5]) {
        expect(store.tree(sessionIdOf('c'), size).length).toBe(size);
      }
    });

    // breaks when: listing.ts gives each session its own mark alone, or leaves out what has ended
    it('gives each session the end and the hold that hold for it, those that ended lately included', async () => {
      const { store, clock } = await world();
      await store.endSession(under(clock, 'b', 'session_ended'));
      const held = await store.suspendSession(under(clock, 'root', 'session_suspended'));
      const revision = held.ok && held.value.revision;
      await store.expireSessions(clock.now());
      const tree = store.tree(sessionIdOf('c'), 100);
      expect(Object.fromEntries(tree.map(({ id, end }) => [id, end]))).toEqual(
        Object.fromEntries(
          ['root', 'a', 'b', 'c', 'd'].map((each) => [
            sessionIdOf(each),
            ['b', 'c'].includes(each) ? 'ended' : undefined,
          ]),
        ),
      );
      expect(tree.every(({ suspendedAt }) => suspendedAt === revision)).toBe(true);
      expect(tree).toEqual(
        expect.arrayContaining(all.flatMap((id) => [expect.objectContaining({ id })])),
      );
      for (const session of tree) expect(store.session(session.id)).toEqual(session);
    });
  });
}
