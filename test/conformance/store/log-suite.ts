import { type Revision, revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type LogRow, type OpenStore, sessionIdOf, thumbprintOfName } from '../../support/store.js';
import { event, handlesOf, openRoots, ownerOf, triage, under } from './asks.js';
import { freshStore } from './fixture.js';
import { childOf } from './tree-asks.js';

/** The revocation log: it only grows, and says so to those who listen. */
export function logSuite(name: string, open: OpenStore): void {
  describe(`${name}: the log`, () => {
    const fresh = freshStore(open);
    const key = (name: string) => ({
      keyId: thumbprintOfName(name),
      x: thumbprintOfName(`${name} x`),
      y: thumbprintOfName(`${name} y`),
      retireAt: 1_764_090_000,
    });

    it('begins at zero, which is known', () => {
      const { store } = fresh.current;
      expect(store.head()).toBe(revisionZero);
      expect(store.logAfter(revisionZero, 10)).toEqual([]);
      expect(store.isKnownRevision(revisionZero)).toBe(true);
      expect(store.isKnownRevision(1 as Revision)).toBe(false);
    });

    it('publishes a token key once, with its audit event', async () => {
      const { store, clock, written, audit } = fresh.current;
      const publish = () => store.publishTokenKey(key('k'), event(clock, 'token_key_published'));
      const first = await publish();
      expect(first).toEqual({ ok: true, value: store.head() });
      expect(store.logAfter(revisionZero, 10)).toEqual([
        { revision: store.head(), entry: { kind: 'token-key', key: key('k') } },
      ]);
      const before = written();
      clock.advance(1);
      expect(await publish()).toEqual(first);
      expect(written()).toEqual(before);
      expect(audit().map(({ kind }) => kind)).toEqual(['token_key_published']);
    });

    // breaks when: cutTokenKeys publishes first, or forgets one
    it('cuts token keys and publishes others in one transaction, the cuts first, and once', async () => {
      const { store, clock, written, audit } = fresh.current;
      await store.publishTokenKey(key('old'), event(clock));
      const head = store.head();
      const ask = {
        keyIds: [key('old').keyId, key('next').keyId],
        fresh: [key('new'), key('newer')],
        audit: event(clock, 'token_keys_cut'),
      };
      const first = await store.cutTokenKeys(ask);
      expect(first).toEqual({ ok: true, value: store.head() });
      const entries = store.logAfter(head, 10).map(({ entry }) => entry);
      expect(entries).toEqual([
        { kind: 'key-cut', keyId: key('old').keyId },
        { kind: 'key-cut', keyId: key('next').keyId },
        { kind: 'token-key', key: key('new') },
        { kind: 'token-key', key: key('newer') },
      ]);
      const before = written();
      clock.advance(1);
      expect(await store.cutTokenKeys(ask)).toEqual(first);
      expect(written()).toEqual(before);
      expect(audit().at(-1)?.kind).toBe('token_keys_cut');
    });

    // breaks when: log.ts takes the clock alone, or restarts from it
    it('gives revisions that never repeat or go back, whatever the clock does, also after a restart', async () => {
      const { clock, reopen } = fresh.current;
      let { store } = fresh.current;
      await openRoots(fresh.current, 'a', 'b', 'c', 'd', 'e', 'f');
      const revisions: Revision[] = [];
      const steps = [0, -3_600, 0, 7_200, -86_400, 5];
      for (const [at, session] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
        clock.stepWall(steps[at] ?? 0);
        const done = await store.cutSession(under(clock, session, 'session_cut'));
        if (!done.ok) throw new Error(done.error);
        revisions.push(done.value.revision);
        expect(store.head()).toBe(done.value.revision);
        if (at % 2 === 1) store = await reopen();
        expect(store.head()).toBe(done.value.revision);
      }
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
      const nowOrNext = [revisions[0], (revisions[0] ?? 0) + 1, (revisions[0] ?? 0) + 2];
      expect(revisions.slice(0, 3)).toEqual(nowOrNext);
    });

    it('gives the rows after a revision, ascending, at most so many, and knows each of them', async () => {
      const { store, clock } = fresh.current;
      for (let at = 0; at < 5; at += 1) {
        await store.publishTokenKey(key(`k${at}`), event(clock));
        clock.advance(1);
      }
      const all = store.logAfter(revisionZero, 100);
      expect(all.length).toBe(5);
      expect(all.map(({ revision }) => revision)).toEqual(
        all.map(({ revision }) => revision).toSorted((a, b) => a - b),
      );
      const second = all[1]?.revision ?? revisionZero;
      expect(store.logAfter(second, 2)).toEqual(all.slice(2, 4));
      expect(store.logAfter(store.head(), 2)).toEqual([]);
      expect(all.every(({ revision }) => store.isKnownRevision(revision))).toBe(true);
      expect(store.isKnownRevision((second + 1) as Revision)).toBe(false);
    });

    it('tells listeners the rows of each commit that grew it, until they stop', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a', 'b', 'c');
      const heard: (readonly LogRow[])[] = [];
      const stop = store.onLog((rows) => heard.push(rows));
      await store.appendAudit(event(clock));
      await Promise.all(
        ['a', 'b'].map((session) => store.cutSession(under(clock, session, 'session_cut'))),
      );
      expect(heard).toEqual([store.logAfter(revisionZero, 10)]);
      stop();
      await store.cutSession(under(clock, 'c', 'session_cut'));
      expect(heard.length).toBe(1);
    });

    // breaks when: floor.ts takes any revision, or a start forgets it
    it('has a floor that only rises, never above the head, and stays over a restart and a crash', async () => {
      const { store, reopen, crash } = fresh.current;
      expect(store.floor()).toBe(revisionZero);
      await openRoots(fresh.current, 'a', 'b');
      const { clock } = fresh.current;
      await store.cutSession(under(clock, 'a', 'session_cut'));
      const first = store.head();
      await store.cutSession(under(clock, 'b', 'session_cut'));
      const steps = [first, revisionZero, (first - 1) as Revision];
      for (const to of steps) {
        expect(await store.raiseFloor(to)).toEqual({ ok: true, value: undefined });
        expect(store.floor()).toBe(first);
      }
      expect((await crash()).floor()).toBe(first);
      await store.raiseFloor(Number.MAX_SAFE_INTEGER as Revision);
      expect(store.floor()).toBe(store.head());
      const head = store.head();
      expect((await reopen()).floor()).toBe(head);
    });

    // breaks when: a start loads no cut below the floor, or compaction takes rows out of the log
    it('forgets nothing of the log below the floor: rows, ends and cuts are as before', async () => {
      const { store, clock, reopen } = fresh.current;
      await openRoots(fresh.current, 'a', 'b');
      await store.memberHandles(triage, ownerOf(triage), handlesOf(triage));
      await store.publishTokenKey(key('k'), event(clock, 'token_key_published'));
      await store.cutSession(under(clock, 'a', 'session_cut'));
      await store.cutHandle({
        target: { kind: 'workload', name: triage.name },
        now: clock.now(),
        audit: event(clock, 'handle_cut'),
      });
      const endsOf = (of: typeof store) =>
        ['a', 'b'].map((each) => of.session(sessionIdOf(each))?.end);
      const [rows, ends] = [store.logAfter(revisionZero, 100), endsOf(store)];
      await store.raiseFloor(store.head());
      const again = await reopen();
      expect(again.logAfter(revisionZero, 100)).toEqual(rows);
      expect(rows.every(({ revision }) => again.isKnownRevision(revision))).toBe(true);
      expect(endsOf(again)).toEqual(ends);
      expect(ends).toEqual(['revoked', 'revoked']);
      expect(again.standingRows()).toEqual(rows.filter(({ entry }) => entry.kind === 'token-key'));
    });

    // breaks when: auditHead gives a head that is not committed
    it('gives the head of the audit, as the chain has it', async () => {
      const { store, clock, crash } = fresh.current;
      expect(store.auditHead().sequence).toBe(0);
      await store.appendAudit(event(clock));
      await store.appendAudit(event(clock));
      expect(store.auditHead().sequence).toBe(2);
      expect(store.auditHead().hash).toHaveLength(32);
      const head = store.auditHead();
      expect(Buffer.from((await crash()).auditHead().hash)).toEqual(Buffer.from(head.hash));
    });

    it('tells a listener only what is durable', async () => {
      const { store, clock, crash } = fresh.current;
      await openRoots(fresh.current, 'a');
      const copies: Promise<readonly LogRow[]>[] = [];
      store.onLog((rows) => {
        const after = crash();
        copies.push(after.then((copy) => copy.logAfter(revisionZero, 10)));
        expect(rows.length).toBe(1);
      });
      await store.cutSession(under(clock, 'a', 'session_cut'));
      expect(await copies[0]).toEqual(store.logAfter(revisionZero, 10));
    });

    it('ends at most commitRows overdue sessions a call, with a row and an audit event each', async () => {
      const under2 = await fresh.with({ commitRows: 2 });
      const { store, clock, audit } = under2;
      await openRoots(under2, 'a', 'b', 'c');
      expect(await store.expireSessions(clock.now())).toBe(0);
      clock.advance(600);
      expect(await store.expireSessions(clock.now())).toBe(2);
      expect(await store.expireSessions(clock.now())).toBe(1);
      expect(await store.expireSessions(clock.now())).toBe(0);
      const handles = ['a', 'b', 'c'].map(sessionIdOf);
      const entries = handles.map((handle) => ({ kind: 'handle', handle, absolute: true }));
      expect(store.logAfter(revisionZero, 10).map(({ entry }) => entry)).toEqual(entries);
      expect(audit().filter(({ kind }) => kind === 'session_expired').length).toBe(3);
      expect(handles.map((id) => store.session(id)?.end)).toEqual([
        'expired',
        'expired',
        'expired',
      ]);
      clock.stepWall(-600);
      const revived = await store.issueToken(under(clock, 'a', 'token_issued'));
      expect(revived).toEqual({ ok: false, error: 'session_expired' });
    });

    // breaks when: expireSessions ends what one above it has taken along
    it('ends an overdue tree by one row and counts all of it', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      const store = await fresh.current.plant([childOf(root, 'one'), childOf(root, 'two')]);
      const { clock } = fresh.current;
      clock.advance(600);
      expect(await store.expireSessions(clock.now())).toBe(3);
      expect(store.logAfter(revisionZero, 10).length).toBe(1);
      expect(store.session(sessionIdOf('two'))?.end).toBe('expired');
    });

    it('ends without a row what nobody can hold a token of any more', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a');
      clock.advance(86_400);
      expect(await store.expireSessions(clock.now())).toBe(1);
      expect(store.logAfter(revisionZero, 10)).toEqual([]);
      expect(store.session(sessionIdOf('a'))?.end).toBe('expired');
    });
  });
}
