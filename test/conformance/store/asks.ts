import type { Handle } from '@creance/proto';
import {
  type AuditEvent,
  type AuditKind,
  type FakeClock,
  handleOf,
  type MemberHandles,
  type MemberRef,
  type NewJoinToken,
  type OpenSession,
  plusSeconds,
  type Session,
  type SessionWrite,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';

/** The workload that tests open sessions of. */
export const triage: MemberRef = { kind: 'workload', name: 'support-triage' };

/** Handles of a member, as every test names them. */
function handlesOf(member: MemberRef): MemberHandles {
  return { member: handleOf(`${member.kind} ${member.name}`), owner: handleOf('support-platform') };
}

/** An audit event that names what it is about. */
export function event(clock: FakeClock, kind: AuditKind = 'token_issued', note = ''): AuditEvent {
  return { kind, at: clock.now(), actor: 'test', requestId: `request ${note}`, facts: { note } };
}

/** A join token by a name, for ten minutes, unless the test says otherwise. */
export function newToken(
  clock: FakeClock,
  name: string,
  over: Partial<NewJoinToken> = {},
): NewJoinToken {
  return {
    hash: thumbprintOfName(`join token ${name}`),
    handle: handleOf(`join token ${name}`),
    member: triage,
    expiresAt: plusSeconds(clock.now(), 600),
    uses: 1,
    networks: [],
    ...over,
  };
}

/** What a test opens a session with, by names. */
export interface Asked {
  readonly session: string;
  readonly sessionKey?: string;
  readonly evidenceKey?: string;
  /** Redeems this join token; without one the evidence key is asserted. */
  readonly token?: string;
  readonly member?: MemberRef;
  readonly absoluteSeconds?: number;
}

/** An ask to open a session. */
export function openAsk(clock: FakeClock, asked: Asked): OpenSession {
  const { session, token, member = triage, absoluteSeconds = 28_800 } = asked;
  const key = thumbprintOfName(`evidence ${asked.evidenceKey ?? session}`);
  const now = clock.now();
  return {
    now,
    id: sessionIdOf(session),
    member,
    handles: handlesOf(member),
    key: thumbprintOfName(`session ${asked.sessionKey ?? session}`),
    transaction: `tree of ${session}`,
    absoluteEndAt: plusSeconds(now, absoluteSeconds),
    evidence:
      token === undefined
        ? { kind: 'key-assertion', key }
        : {
            kind: 'join-token',
            hash: thumbprintOfName(`join token ${token}`),
            key,
            freshHandle: freshHandle(asked),
            keyExpiresAt: plusSeconds(now, 2_592_000),
          },
    audit: { ...event(clock, 'session_opened', session), session: sessionIdOf(session) },
  };
}

function freshHandle({ session, evidenceKey }: Asked): Handle {
  return handleOf(`evidence key ${evidenceKey ?? session} of ${session}`);
}

/** A write under a session. */
export function under(clock: FakeClock, session: string, kind: AuditKind): SessionWrite {
  const id = sessionIdOf(session);
  return { session: id, now: clock.now(), audit: { ...event(clock, kind, session), session: id } };
}

/** Opens sessions by name, each with a join token and an evidence key of its own. */
export async function openRoots(
  { store, clock }: StoreUnderTest,
  ...names: readonly string[]
): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const name of names) {
    await store.createJoinToken(newToken(clock, name), event(clock, 'join_token_created', name));
    const done = await store.openSession(openAsk(clock, { session: name, token: name }));
    if (!done.ok) throw new Error(done.error);
    sessions.push(done.value.session);
  }
  return sessions;
}

/** A session below another one, as delegation would open it: later than its parent. */
export function childOf(parent: Session, name: string, over: Partial<Session> = {}): Session {
  return {
    ...parent,
    id: sessionIdOf(name),
    parent: parent.id,
    key: thumbprintOfName(`session ${name}`),
    ...over,
  };
}
