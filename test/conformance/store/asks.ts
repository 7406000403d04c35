import type { Handle, Result } from '@creance/proto';
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
  type Task,
  thumbprintOfName,
} from '../../support/store.js';

/** The workload that tests open sessions of. */
export const triage: MemberRef = { kind: 'workload', name: 'support-triage' };

/** Another workload, of another owner. */
export const mailer: MemberRef = { kind: 'workload', name: 'mail-writer' };

/** The owner of a member by name: the mailer has one of its own. */
export function ownerOf(member: MemberRef): string {
  return member.name === mailer.name ? 'mail-team' : 'support-platform';
}

/** Handles of a member, as every test names them. */
export function handlesOf(member: MemberRef): MemberHandles {
  return {
    member: handleOf(`${member.kind} ${member.name}`),
    owner: handleOf(`owner ${ownerOf(member)}`),
  };
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
  readonly principal?: Handle;
  readonly upstream?: Handle;
  readonly task?: Task;
  /** Redeems this child join token. */
  readonly child?: string;
  readonly depthMax?: number;
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
    principal: asked.principal,
    upstream: asked.upstream,
    task: asked.task,
    child:
      asked.child === undefined
        ? undefined
        : {
            hash: thumbprintOfName(`child join token ${asked.child}`),
            depthMax: asked.depthMax ?? 8,
          },
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

/** What a write gave, or its reason for the test to fail. */
export function answerOf<T>(answer: Result<T, string>): T {
  if (!answer.ok) throw new Error(answer.error);
  return answer.value;
}

/** The reason of a refusal; `ok` when there is none. */
export function reasonOf(answer: Result<unknown, string>): string {
  return answer.ok ? 'ok' : answer.error;
}
