import { ok, type Result, type Revision, refuse } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import { type HoldCause, holdCauses, pathFault, type Session } from '../../domain/session.js';
import type {
  CutDone,
  ResumeRefusal,
  SessionCut,
  SessionResume,
  StoreRefusal,
  SuspendRefusal,
} from '../store.js';
import { noteActivity } from './act.js';
import { countFree } from './counts.js';
import { type Entry, type Hold, isHeld, lineOf } from './entry.js';
import { confirmationFault } from './proposing.js';
import { reachBelow, withEffect } from './reach.js';
import type { Room } from './room.js';

/** Why a session is neither held nor let go. */
export type HoldFault = Exclude<SuspendRefusal, StoreRefusal>;

/** The store step of Suspend: one row, one mark; gives how many it holds that nothing held before. */
export function suspendSession(room: Room, ask: SessionCut): Result<CutDone, HoldFault> {
  const found = unendedSession(room, ask);
  if (!found.ok) return found;
  const { suspendedAt } = found.value.session;
  if (suspendedAt !== undefined) return ok({ revision: suspendedAt, sessionsEnded: 0 });
  const reach = reachBelow(room, found.value);
  const held = holdEntry(room, found.value, ask.now, 'operator');
  room.audit.append(withEffect(ask.audit, heldFacts(held), reach));
  return ok(held);
}

/**
 * The store step of Resume. It counts as activity of the session and of those above it. What the watch holds
 * must have been revalidated first, whoever asks.
 */
export function resumeSession(
  room: Room,
  ask: SessionResume,
): Result<number, Exclude<ResumeRefusal, StoreRefusal>> {
  const { mirror, sessions, resumes, audit } = room;
  const found = unendedSession(room, ask);
  if (!found.ok) return found;
  const entry = found.value;
  const { suspendedAt, heldFor = 'operator', revalidatedAt, id } = entry.session;
  if (suspendedAt === undefined) return refuse('session_not_suspended');
  if (heldFor === 'watch' && revalidatedAt === undefined) return refuse('revalidation_required');
  const unconfirmed =
    ask.confirms && resumeFault(room, ask.confirms, { ...entry.session, heldFor }, ask.now);
  if (unconfirmed !== undefined) return refuse(unconfirmed);
  const hold: Hold = { from: entry.hold?.from ?? ask.now, to: ask.now, cause: heldFor };
  sessions.setHold(entry.ordinal, undefined, hold);
  mirror.hold(entry, undefined, hold);
  if (isHeld(entry)) keepActivity(room, entry, ask.now);
  else noteActivity(room, entry, ask.now);
  resumes.note(id);
  const sessionsResumed = countFree(entry, mirror.cuts);
  const reach = reachBelow(room, entry);
  if (ask.confirms !== undefined) room.proposals.delete(ask.confirms.id);
  audit.append(withEffect(ask.audit, { sessionsResumed }, reach));
  return ok(sessionsResumed);
}

/** A session that was held again since, or is held for more now, is another matter than the one confirmed. */
function resumeFault(
  room: Room,
  confirms: NonNullable<SessionResume['confirms']>,
  { suspendedAt, heldFor }: Pick<Session, 'suspendedAt' | 'heldFor'>,
  now: Instant,
): Exclude<ResumeRefusal, StoreRefusal> | undefined {
  const isAsProposed = confirms.heldAt === suspendedAt && confirms.heldFor === heldFor;
  return confirmationFault(room, confirms, now) ?? (isAsProposed ? undefined : 'proposal_void');
}

/** What a hold came to, as its record has it. */
export function heldFacts({ revision, sessionsEnded }: CutDone): AuditEvent['facts'] {
  return { revision, sessionsHeld: sessionsEnded };
}

/**
 * Below a hold that goes on the activity never goes back, though the clock may: whoever is held would seem
 * to have idled out before.
 */
function keepActivity(room: Room, entry: Entry, now: Instant): void {
  const latest = Math.max(now, ...lineOf(entry).map(({ session }) => session.activeAt));
  noteActivity(room, entry, latest as Instant);
}

/** The store step of a cut of tokens alone: one row. */
export function cutTokens(room: Room, ask: SessionCut): Result<Revision, HoldFault> {
  const found = unendedSession(room, ask);
  if (!found.ok) return found;
  const { id } = found.value.session;
  const revision = room.log.append({ kind: 'handle', handle: id, absolute: false });
  const reach = reachBelow(room, found.value);
  room.audit.append(withEffect(ask.audit, { revision }, reach));
  return ok(revision);
}

/** A session that has not ended, whether it is held or not. */
export function unendedSession(
  { mirror }: Room,
  { session, now }: SessionCut,
): Result<Entry, HoldFault> {
  const entry = mirror.get(session);
  if (entry === undefined) return refuse('session_unknown');
  const fault = pathFault(mirror.pathOf(entry), now, mirror.idleSeconds);
  return fault === undefined || fault === 'session_suspended' ? ok(entry) : refuse(fault);
}

/** Whether a session is held for a cause itself, or for a stricter one. */
export function isHeldFor({ session }: Entry, cause: HoldCause): boolean {
  const { heldFor } = session;
  return heldFor !== undefined && holdCauses.indexOf(heldFor) >= holdCauses.indexOf(cause);
}

/** Holds a session for a cause: one that is held for less keeps its row, and is held for this from now on. */
export function holdFor(room: Room, entry: Entry, now: Instant, cause: HoldCause): CutDone {
  const { session, hold } = entry;
  const { suspendedAt } = session;
  if (suspendedAt === undefined || hold === undefined) return holdEntry(room, entry, now, cause);
  if (!isHeldFor(entry, cause)) {
    room.sessions.setHold(entry.ordinal, suspendedAt, { ...hold, cause });
    room.mirror.hold(entry, suspendedAt, { ...hold, cause });
  }
  return { revision: suspendedAt, sessionsEnded: 0 };
}

/** Marks a session as held in the log, in its row and in memory. */
function holdEntry(room: Room, entry: Entry, now: Instant, cause: HoldCause): CutDone {
  const { log, sessions, mirror } = room;
  const sessionsEnded = countFree(entry, mirror.cuts);
  const { id, activeAt } = entry.session;
  const revision = log.append({ kind: 'handle', handle: id, absolute: false });
  const hold: Hold = { from: beginning(room, entry, now), to: undefined, cause };
  sessions.setHold(entry.ordinal, revision, hold);
  // Else it might seem, after a restart, to have idled out before it was held.
  sessions.setActive(entry.ordinal, activeAt);
  mirror.hold(entry, revision, hold);
  return { revision, sessionsEnded };
}

/**
 * A hold that begins within the idle time after the last one carries that one on: for whoever lived when
 * the first began, the idle clock has rested since.
 */
function beginning({ mirror }: Room, { hold }: Entry, now: Instant): Instant {
  const idleMicros = mirror.idleSeconds * 1_000_000;
  const goesOn = hold?.to !== undefined && now < hold.to + idleMicros;
  // The clock may have been set back since.
  return goesOn ? (Math.min(hold.from, now) as Instant) : now;
}
