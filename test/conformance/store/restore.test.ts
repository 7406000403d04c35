import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { revisionZero } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  handleOf,
  openSqliteUnderTest,
  type SqliteUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, openRoots, reasonOf, under } from './asks.js';
import { cut, lived, marksOf, opens, tokenKey } from './restore-fixture.js';

let on: SqliteUnderTest;
beforeEach(async () => {
  on = await openSqliteUnderTest();
});
afterEach(() => on.dispose());

describe('a database that was put back', () => {
  // breaks when: behindMark is left out, or the mark is written only when the store closes
  it('is refused as long as nobody says so, and is not touched', async () => {
    const { putBack } = await lived(on);
    await putBack();
    const marked = () =>
      readdirSync(marksOf(on)).map((name) => readFileSync(marksOf(on, name), 'utf8'));
    const before = [on.written(), marked()];
    expect(on.openAgain()).toBe('store_behind_mark');
    expect(on.openAgain()).toBe('store_behind_mark');
    expect([on.written(), marked()]).toEqual(before);
    expect(on.openAgain(true)).toBeUndefined();
  });

  // breaks when: restore.ts appends above its own head alone, or leaves the row out
  it('ends everything of before, by a row above all that there has ever been', async () => {
    const { putBack, mark } = await lived(on);
    await putBack();
    on.clock.stepWall(-86_400);
    expect(on.openAgain(true)).toBeUndefined();
    const [row] = on.store.logAfter(mark, 10);
    expect(row?.revision).toBeGreaterThan(mark);
    expect(row?.entry).toEqual({ kind: 'before', before: row?.revision });
    for (let round = 0; round < 2; round += 1) {
      const ends = ['a', 'b', 'stolen'].map((each) => on.store.session(sessionIdOf(each))?.end);
      expect(ends).toEqual(['revoked', 'revoked', 'revoked']);
      for (const session of ['a', 'b']) {
        const issued = await on.store.issueToken(under(on.clock, session, 'token_issued'));
        expect(reasonOf(issued)).toBe('session_revoked');
      }
      await on.reopen();
    }
    const late = await on.store.issueToken(under(on.clock, 'late', 'token_issued'));
    expect(reasonOf(late)).toBe('session_unknown');
    await on.store.createJoinToken(newToken(on.clock, 'again'), event(on.clock));
    const anew = { session: 'n', evidenceKey: 'b', token: 'again' };
    answerOf(await on.store.openSession(openAsk(on.clock, anew)));
    expect(answerOf(await cut(on, 'n')).revision).toBeGreaterThan(row?.revision ?? 0);
  });

  // breaks when: restore.ts keeps join tokens, or takes no list from the marks
  it('brings no join token, no evidence and no token key back that was cut', async () => {
    const { putBack } = await lived(on);
    await putBack();
    expect(on.openAgain(true)).toBeUndefined();
    expect(await on.store.joinToken(newToken(on.clock, 'unused').hash)).toBeUndefined();
    const kid = thumbprintOfName('child join token kid');
    expect(await on.store.childJoinToken(kid)).toBeUndefined();
    expect(await opens(on, { token: 'unused' })).toBe('join_token_unknown');
    expect(await opens(on, { evidenceKey: 'stolen' })).toBe('evidence_key_revoked');
    const cuts = on.store
      .logAfter(revisionZero, 100)
      .flatMap(({ entry }) => (entry.kind === 'key-cut' ? [entry.keyId] : []));
    expect(cuts).toEqual([tokenKey('k').keyId]);
  });

  it('keeps evidence out that was registered and cut after the backup', async () => {
    const { clock } = on;
    await openRoots(on, 'a');
    const putBack = on.backup();
    await openRoots(on, 'new');
    const target = { kind: 'evidence-issuer', handle: handleOf('join token new') } as const;
    answerOf(await on.store.cutHandle({ target, now: clock.now(), audit: event(clock) }));
    await putBack();
    expect(on.openAgain(true)).toBeUndefined();
    await on.store.createJoinToken(newToken(clock, 'again'), event(clock));
    expect(await opens(on, { evidenceKey: 'new', token: 'again' })).toBe('evidence_key_revoked');
  });

  it('says in the audit what it was and what it lost', async () => {
    const { putBack, mark } = await lived(on);
    await putBack();
    on.openAgain(true);
    expect(on.audit().at(-1)).toMatchObject({
      kind: 'store_restored',
      actor: 'broker',
      facts: {
        mark,
        revision: on.store.logAfter(mark, 1)[0]?.revision,
        joinTokensDeleted: 4,
        evidenceKeysEnded: 3,
      },
    });
  });

  it('opens as any other from then on, and another backup of before is behind again', async () => {
    const { putBack } = await lived(on);
    await putBack();
    expect(on.openAgain(true)).toBeUndefined();
    await on.store.close();
    expect(on.openAgain()).toBeUndefined();
    await putBack();
    expect(on.openAgain()).toBe('store_behind_mark');
    expect(on.openAgain(true)).toBeUndefined();
  });

  it('is refused too when there is no database any more', async () => {
    await lived(on);
    await on.store.close();
    for (const file of ['creance.db', 'creance.db-wal', 'creance.db-shm']) {
      rmSync(join(on.directory, file), { force: true });
    }
    expect(on.openAgain()).toBe('store_behind_mark');
    expect(on.openAgain(true)).toBeUndefined();
    const key = thumbprintOfName('evidence stolen');
    expect(await on.store.evidenceKey(key)).toBeUndefined();
    await on.store.createJoinToken(newToken(on.clock, 'again'), event(on.clock));
    expect(await opens(on, { evidenceKey: 'stolen', token: 'again' })).toBe('evidence_key_revoked');
  });
});
