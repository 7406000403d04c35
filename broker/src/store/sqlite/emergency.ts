import { ok, type Result, type Revision, refuse } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Clock } from '../../runtime/clock.js';
import type { CutJournal } from '../emergency/cut-journal.js';
import type { EmergencySessions } from '../emergency/emergency-sessions.js';
import {
  type JournalledCut,
  type JournalledTarget,
  lastRevision,
} from '../emergency/journalled-cut.js';
import type { BeforeCut, CutDone, HandleCut, LogRow, SessionCut, TokenKeysCut } from '../store.js';
import { lineOf } from './entry.js';
import { handleOf } from './handle-cuts.js';
import { applyToMemory, writeToTables } from './merge-cuts.js';
import type { Room } from './room.js';

/** Parts of the emergency. */
export interface EmergencyParts {
  readonly room: Room;
  readonly journal: CutJournal;
  readonly sessions: EmergencySessions;
  readonly clock: Clock;
  /** Called after each cut, so that a store that works again takes it. */
  readonly onPending: () => void;
}

interface Pending {
  readonly cut: JournalledCut;
  readonly event: AuditEvent;
  /** Whether the journal has it. */
  readonly isJournalled: boolean;
}

type Full = 'cut_journal_full';

/**
 * Cuts that the store could not take: each stands in memory and in the feed at once, is in the journal, and goes
 * into the tables with the first group that the disk takes again, before anything else of it.
 */
export class Emergency {
  readonly #parts: EmergencyParts;
  #pending: Pending[] = [];
  #isWritten = false;

  constructor(parts: EmergencyParts) {
    this.#parts = parts;
  }

  /** How many cuts wait for the store. */
  get size(): number {
    return this.#pending.length;
  }

  /** The rows that wait, ascending. */
  get rows(): readonly LogRow[] {
    return this.#pending.flatMap(({ cut }) => cut.rows);
  }

  /** How a row is kept while the store does not have it; undefined when it is not one that waits. */
  kept(revision: Revision): 'journal' | 'memory' | undefined {
    const found = this.#pending.find(({ cut }) => lastRevision(cut) === revision);
    if (found === undefined) return undefined;
    return found.isJournalled ? 'journal' : 'memory';
  }

  /** Whether evidence was cut by something that waits: the tables do not know it yet. */
  isEvidenceCut(key: string, issuer: string): boolean {
    return this.#pending.some(({ cut: { target } }) =>
      target.kind === 'evidence-key'
        ? target.key === key
        : target.kind === 'evidence-issuer' && target.handle === issuer,
    );
  }

  cutSession(ask: SessionCut): Result<CutDone, 'session_unknown' | Full> {
    const { room, sessions } = this.#parts;
    const entry = room.mirror.get(ask.session);
    const revoked = entry && lineOf(entry).find(({ ending }) => ending?.as === 'revoked')?.ending;
    if (revoked !== undefined) return ok({ revision: revoked.revision, sessionsEnded: 0 });
    const isKnown = entry !== undefined || sessions.path(ask.session).length > 0;
    if (!isKnown && !mayHaveBeen(room, ask)) return refuse('session_unknown');
    const target = { kind: 'session', id: ask.session } as const;
    sessions.end(ask.session);
    return this.#cut(target, ask.audit, [{ kind: 'handle', handle: ask.session, absolute: true }]);
  }

  cutBefore(ask: BeforeCut): Result<CutDone, 'revision_in_future' | Full> {
    const { log } = this.#parts.room;
    if (ask.before !== undefined && ask.before > log.head) return refuse('revision_in_future');
    const [revision] = log.reserve(1) as [Revision];
    const entry = { kind: 'before', before: ask.before ?? revision } as const;
    return this.#cut({ kind: 'before' }, ask.audit, [entry]);
  }

  cutHandle(ask: HandleCut): Result<CutDone, 'target_unknown' | 'target_needs_store' | Full> {
    const found = lookUp(() => handleOf(this.#parts.room, ask.target));
    if (found === 'unreadable') return refuse('target_needs_store');
    if (found === undefined) return refuse('target_unknown');
    return this.#cut(ask.target, ask.audit, [{ kind: 'handle', handle: found, absolute: false }]);
  }

  cutTokenKeys({ keyIds, fresh, audit }: TokenKeysCut): Result<Revision, Full> {
    const done = this.#cut({ kind: 'token-keys', keyIds }, audit, [
      ...keyIds.map((keyId) => ({ kind: 'key-cut', keyId }) as const),
      ...fresh.map((key) => ({ kind: 'token-key', key }) as const),
    ]);
    return done.ok ? ok(done.value.revision) : done;
  }

  /** Writes what waits, as the first of a transaction that has just begun. */
  write(): void {
    const { room, sessions, clock } = this.#parts;
    const at = clock.now();
    // Who has opened first: what was cut names sessions among them.
    for (const event of sessions.unrecorded) room.audit.append({ ...event, at });
    for (const { cut, event } of this.#pending) writeToTables(room, cut, event, at);
    this.#isWritten = true;
  }

  /** The transaction that `write` was part of was taken back. */
  rolledBack(): void {
    this.#isWritten = false;
  }

  /** It is durable, and so are the marks: the journal has nothing more to hold. Throws the system's faults. */
  committed(): void {
    if (!this.#isWritten) return;
    this.#parts.sessions.recorded();
    if (this.#pending.length === 0) return;
    this.#pending = [];
    this.#parts.journal.clear();
  }

  #cut(
    target: JournalledTarget,
    audit: AuditEvent,
    entries: readonly LogRow['entry'][],
  ): Result<CutDone, Full> {
    const { room, journal, sessions, clock, onPending } = this.#parts;
    const { log } = room;
    const revisions = log.reserve(entries.length);
    const rows = entries.map((entry, at) => ({ revision: revisions[at] as Revision, entry }));
    const operator = sessions.nameOf(audit.actor);
    const facts = operator === undefined ? audit.facts : { ...audit.facts, operator };
    const journalledAt = clock.now();
    const cut = { base: log.head, rows, target, journalledAt, audit: { ...audit, facts } };
    const fault = journal.append(cut);
    if (fault === 'full') return refuse('cut_journal_full');
    const event = applyToMemory(room, cut);
    // Outside a group: nothing takes this back.
    room.journal.commit();
    this.#pending.push({ cut, event, isJournalled: fault === undefined });
    log.tellPending(rows);
    onPending();
    const { sessionsEnded = 0 } = event.facts as { sessionsEnded?: number };
    return ok({ revision: lastRevision(cut), sessionsEnded });
  }
}

/** Whether there may have been a session that memory does not know: a disk that cannot be read does not say no. */
function mayHaveBeen({ sessions }: Room, { session }: SessionCut): boolean {
  const found = lookUp(() => sessions.byId(session));
  return found !== undefined;
}

function lookUp<T>(read: () => T): T | 'unreadable' {
  try {
    return read();
  } catch {
    return 'unreadable';
  }
}
