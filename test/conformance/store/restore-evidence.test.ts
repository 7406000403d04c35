import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteUnderTest, type SqliteUnderTest } from '../../support/store.js';
import { answerOf, event, newToken, openRoots, under } from './asks.js';
import { opens } from './restore-fixture.js';

let on: SqliteUnderTest;
beforeEach(async () => {
  on = await openSqliteUnderTest();
});
afterEach(() => on.dispose());

/** Answers a cloned key of a session: its tree and its evidence are held. */
const theft = (session: string) =>
  on.store.answerTheft({ ...under(on.clock, session, 'theft_answered') });

const joinToken = (name: string) =>
  on.store.createJoinToken(newToken(on.clock, name), event(on.clock));

const days = (count: number) => count * 86_400;

describe('evidence of before, in a database that was put back', () => {
  // breaks when: restore.ts leaves the registrations, so that a hold that the backup does not know is gone
  it.each<[string, () => Promise<unknown>]>([
    ['was held for a theft', () => theft('b')],
    [
      'was held for its risk',
      () =>
        on.store.suspendForRisk({
          ...under(on.clock, 'b', 'risk_suspended'),
          tree: true,
          holdEvidence: true,
        }),
    ],
    ['opened another session', () => opens(on, { evidenceKey: 'b' })],
    ['did nothing', async () => {}],
  ])(
    'that %s since opens nothing until somebody gives its member a join token',
    async (_, since) => {
      await openRoots(on, 'b');
      const putBack = on.backup();
      await since();
      await putBack();
      on.clock.stepWall(-days(30));
      expect(on.openAgain(true)).toBeUndefined();
      expect(await opens(on, { evidenceKey: 'b' })).toBe('evidence_key_expired');
      // A clock that was set back, or the end of what is kept, gives it nothing either.
      on.clock.advance(days(60));
      await on.store.expireSessions(on.clock.now());
      expect(await opens(on, { evidenceKey: 'b' })).toMatch(/^evidence_key_(expired|unknown)$/);
      await joinToken('again');
      expect(await opens(on, { evidenceKey: 'b', token: 'again' })).toBe('ok');
    },
  );

  // breaks when: the registration is deleted, so that the key comes back under another handle
  it('that was held before the backup is still held, whatever join token it brings', async () => {
    await openRoots(on, 'b');
    answerOf(await theft('b'));
    const putBack = on.backup();
    await putBack();
    expect(on.openAgain(true)).toBeUndefined();
    for (let round = 0; round < 2; round += 1) {
      await joinToken(`try ${round}`);
      expect(await opens(on, { evidenceKey: 'b', token: `try ${round}` })).toBe('evidence_held');
      await on.store.expireSessions(on.clock.now());
    }
    on.clock.advance(601);
    expect(await opens(on, { evidenceKey: 'b', token: 'try 1' })).toMatch('join_token_expired');
    await joinToken('later');
    expect(await opens(on, { evidenceKey: 'b', token: 'later' })).toBe('ok');
  });

  // breaks when: restore.ts keeps join tokens that were whole when the backup was made
  it('was brought by a join token that nobody can redeem again', async () => {
    await joinToken('shared');
    const putBack = on.backup();
    expect(await opens(on, { evidenceKey: 'b', token: 'shared' })).toBe('ok');
    await putBack();
    expect(on.openAgain(true)).toBeUndefined();
    for (const evidenceKey of ['b', 'thief'])
      expect(await opens(on, { evidenceKey, token: 'shared' })).toBe('join_token_unknown');
    expect(await opens(on, { evidenceKey: 'b' })).toBe('evidence_key_unknown');
  });
});
