import { describe, expect, it } from 'vitest';
import { limits } from '../../../broker/src/domain/limits.js';
import type { ManifestApply } from '../../../broker/src/store/store.js';
import {
  type OpenStore,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, openRoots, ownerOf, reasonOf } from './asks.js';
import { freshStore } from './fixture.js';

/** What a test says otherwise. */
type Asked = Partial<ManifestApply> & { readonly gone?: boolean };

function apply(
  { store, clock }: StoreUnderTest,
  text: string,
  { gone = false, ...parts }: Asked = {},
) {
  return store.applyManifest({
    text,
    hash: thumbprintOfName(text),
    author: 'ann',
    reason: `for ${text}`,
    widenings: 2,
    rolledBackTo: undefined,
    expectedVersion: undefined,
    mayEndSessions: true,
    isRegistered: () => !gone,
    ownerOf,
    now: clock.now(),
    audit: event(clock, 'manifest_applied'),
    ...parts,
  });
}

/** The manifests that were in force. */
export function manifestSuite(name: string, open: OpenStore): void {
  describe(`${name}: the manifests that were in force`, () => {
    const fresh = freshStore(open);
    const texts = ({ store }: StoreUnderTest) =>
      store.manifestVersions().map(({ version }) => store.manifest(version)?.text);

    it('are none at first', () => {
      const { store } = fresh.current;
      expect([store.manifest(), store.manifest(1), store.manifestVersions()]).toEqual([
        undefined,
        undefined,
        [],
      ]);
    });

    it('are kept with their text, author, instant and reason, over a restart and a crash', async () => {
      const on = fresh.current;
      const appliedAt = on.clock.now();
      expect(answerOf(await apply(on, 'one'))).toEqual({
        version: 1,
        members: [],
        sessionsEnded: 0,
      });
      answerOf(await apply(on, 'two', { expectedVersion: 1 }));
      answerOf(await apply(on, 'one', { rolledBackTo: 1 }));
      const first = {
        version: 1,
        text: 'one',
        hash: thumbprintOfName('one'),
        author: 'ann',
        appliedAt,
        reason: 'for one',
        rolledBackTo: undefined,
        widenings: 2,
      };
      for (const again of [() => on.store, on.crash, on.reopen]) {
        const store = await again();
        expect(store.manifest(1)).toEqual(first);
        expect(store.manifest()).toMatchObject({ version: 3, text: 'one', rolledBackTo: 1 });
        expect(texts(on)).toEqual(['one', 'two', 'one']);
      }
    });

    // breaks when: manifest-versions.ts asks for the version outside the write
    it('have one winner when two are applied over the same version', async () => {
      const on = fresh.current;
      const both = await Promise.all(
        ['one', 'two'].map((text) => apply(on, text, { expectedVersion: 0 })),
      );
      expect(both.map((done) => done.ok || reasonOf(done))).toEqual([
        true,
        'manifest_version_conflict',
      ]);
      expect(reasonOf(await apply(on, 'late', { expectedVersion: 2 }))).toBe(
        'manifest_version_conflict',
      );
      expect(texts(on)).toEqual(['one']);
      expect(on.audit().filter(({ kind }) => kind === 'manifest_applied').length).toBe(1);
    });

    // breaks when: the guard looks after the version was written
    it('end no live session that they may not end, and then write nothing', async () => {
      const on = fresh.current;
      await openRoots(on, 'a', 'b');
      const [head, audit] = [on.store.head(), on.audit()];
      const kept = await apply(on, 'one', { gone: true, mayEndSessions: false });
      expect(reasonOf(kept)).toBe('manifest_ends_sessions');
      expect([on.store.head(), on.audit(), on.store.manifest()]).toEqual([head, audit, undefined]);
      expect(on.store.session(sessionIdOf('a'))?.end).toBeUndefined();
    });

    it('end the sessions of members that leave in the transaction of the version', async () => {
      const on = fresh.current;
      await openRoots(on, 'a', 'b');
      const done = answerOf(await apply(on, 'one', { gone: true }));
      expect(done).toMatchObject({ version: 1, sessionsEnded: 2 });
      const store = await on.crash();
      expect(store.session(sessionIdOf('a'))?.end).toBe('revoked');
      expect(store.manifest()?.version).toBe(1);
      expect(on.audit().at(-1)).toMatchObject({ kind: 'manifest_applied', facts: { version: 1 } });
    });

    it('are forgotten beyond the bound, and no number comes twice', async () => {
      const on = fresh.current;
      const most = limits.manifestVersionsKept;
      for (let at = 0; at <= most; at += 1) answerOf(await apply(on, `v${at}`));
      expect(on.store.manifestVersions().length).toBe(most);
      expect([on.store.manifest(1), on.store.manifest(2)?.text]).toEqual([undefined, 'v1']);
      expect(on.store.manifest()?.version).toBe(most + 1);
    });
  });
}
