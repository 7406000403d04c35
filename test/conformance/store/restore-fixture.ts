import { join } from 'node:path';
import type { Revision } from '@creance/proto';
import {
  type LoggedTokenKey,
  type SqliteUnderTest,
  type Store,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, openRoots, reasonOf, under } from './asks.js';
import { childTokenAsk } from './tree-asks.js';

/** A file of the marks; their folder when none is named. */
export function marksOf(on: SqliteUnderTest, name = '.'): string {
  return join(on.directory, 'marks', name);
}

/** Cuts a session. */
export function cut(
  { store, clock }: SqliteUnderTest,
  session: string,
): ReturnType<Store['cutSession']> {
  return store.cutSession(under(clock, session, 'session_cut'));
}

/** The reason for which evidence opens no session; `ok` when it does. */
export async function opens(
  { store, clock }: SqliteUnderTest,
  asked: { evidenceKey?: string; token?: string },
): Promise<string> {
  return reasonOf(await store.openSession(openAsk(clock, { session: 'x', ...asked })));
}

/** A token key by a name. */
export function tokenKey(name: string): LoggedTokenKey {
  return {
    keyId: thumbprintOfName(name),
    x: thumbprintOfName(`${name} x`),
    y: thumbprintOfName(`${name} y`),
    retireAt: 1_764_090_000,
  };
}

/** A backup, and after it: a session that opens, one that is cut, evidence and a token key too. */
export async function lived(
  on: SqliteUnderTest,
): Promise<{ putBack: () => Promise<void>; mark: Revision }> {
  const { clock } = on;
  await on.store.publishTokenKey(tokenKey('k'), event(clock));
  await openRoots(on, 'a', 'b', 'stolen');
  await on.store.createJoinToken(newToken(clock, 'unused', { uses: 9 }), event(clock));
  answerOf(await on.store.createChildJoinToken(childTokenAsk(clock, 'b', 'kid')));
  const putBack = on.backup();
  clock.advance(1);
  await openRoots(on, 'late');
  await cut(on, 'a');
  const target = { kind: 'evidence-key', key: thumbprintOfName('evidence stolen') } as const;
  answerOf(await on.store.cutHandle({ target, now: clock.now(), audit: event(clock) }));
  const audit = event(clock, 'token_keys_cut');
  const ask = { keyIds: [tokenKey('k').keyId], fresh: [tokenKey('l')], audit };
  const mark = answerOf(await on.store.cutTokenKeys(ask));
  return { putBack, mark };
}
