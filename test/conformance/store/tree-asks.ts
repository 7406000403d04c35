import {
  type DelegateSession,
  type FakeClock,
  type MemberRef,
  type NewChildJoinToken,
  plusSeconds,
  type RekeySession,
  type Session,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, triage, under } from './asks.js';

/** An ask to open a child in the same process, by names. */
export function delegateAsk(
  clock: FakeClock,
  parent: string,
  child: string,
  over: Partial<DelegateSession> = {},
): DelegateSession {
  return {
    ...under(clock, parent, 'session_delegated'),
    id: sessionIdOf(child),
    key: thumbprintOfName(`session ${child}`),
    absoluteEndAt: plusSeconds(clock.now(), 28_800),
    task: undefined,
    depthMax: 8,
    ...over,
  };
}

/** An ask for a child join token by a name. */
export function childTokenAsk(
  clock: FakeClock,
  parent: string,
  name: string,
  over: Partial<NewChildJoinToken> = {},
): NewChildJoinToken {
  return {
    ...under(clock, parent, 'child_join_token_created'),
    hash: thumbprintOfName(`child join token ${name}`),
    member: triage,
    absoluteEndAt: plusSeconds(clock.now(), 28_800),
    task: undefined,
    depthMax: 8,
    expiresAt: plusSeconds(clock.now(), 60),
    ...over,
  };
}

/** An ask to bind a session to another key, vouched for by an evidence key. */
export function rekeyAsk(
  clock: FakeClock,
  session: string,
  key: string,
  evidenceKey: string = session,
): RekeySession {
  return {
    ...under(clock, session, 'session_rekeyed'),
    key: thumbprintOfName(`session ${key}`),
    evidenceKey: thumbprintOfName(`evidence ${evidenceKey}`),
  };
}

/** Opens a line of children, each below the one before it, below a session. */
export async function delegateLine(
  { store, clock }: StoreUnderTest,
  parent: string,
  ...names: readonly string[]
): Promise<Session[]> {
  const sessions: Session[] = [];
  let above = parent;
  for (const name of names) {
    sessions.push(answerOf(await store.delegateSession(delegateAsk(clock, above, name))));
    above = name;
  }
  return sessions;
}

/** Opens a child on another host: a child join token of the parent, and evidence of its own. */
export async function openElsewhere(
  { store, clock }: StoreUnderTest,
  parent: string,
  name: string,
  member: MemberRef = triage,
): Promise<Session> {
  answerOf(await store.createChildJoinToken(childTokenAsk(clock, parent, name, { member })));
  answerOf(await store.createJoinToken(newToken(clock, name, { member }), event(clock)));
  const ask = openAsk(clock, { session: name, token: name, child: name, member });
  return answerOf(await store.openSession(ask)).session;
}

/** A session below another one, as delegation would open it: later than its parent. */
export function childOf(parent: Session, name: string, over: Partial<Session> = {}): Session {
  return {
    ...parent,
    id: sessionIdOf(name),
    parent: parent.id,
    ownEvidence: false,
    key: thumbprintOfName(`session ${name}`),
    ...over,
  };
}
