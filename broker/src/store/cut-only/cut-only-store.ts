import {
  type Handle,
  ok,
  type Result,
  type Revision,
  refuse,
  revisionZero,
  type SessionId,
} from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import type { MemberHandles } from '../../domain/registry.js';
import type { Session } from '../../domain/session.js';
import type { CutJournal } from '../emergency/cut-journal.js';
import { EmergencySessions } from '../emergency/emergency-sessions.js';
import { type JournalledTarget, lastRevision } from '../emergency/journalled-cut.js';
import type { Roster } from '../emergency/roster.js';
import { emergencySession } from '../emergency/session-of.js';
import type { LogReads } from '../log-reads.js';
import type { CutDone, CutTarget, EvidenceKey, LogRow, Store } from '../store.js';
import { handlesCut, RowsTold } from './rows-told.js';

/** What of a store a broker without one has. */
export type CutOnly = Pick<
  Store,
  | 'head'
  | 'path'
  | 'evidenceKey'
  | 'memberHandles'
  | 'openSession'
  | 'endSession'
  | 'cutSession'
  | 'cutBefore'
  | 'cutHandle'
  | 'cutTokenKeys'
  | 'keptBy'
  | 'onResume'
> &
  LogReads;

/** Parts of it. */
export interface CutOnlyParts {
  readonly roster: Roster;
  readonly journal: CutJournal;
  /** What the marks say: where the store has stood, and which evidence was cut. */
  readonly mark: Revision;
  readonly evidenceCut: ReadonlySet<string>;
  readonly now: () => Instant;
}

type Cut = Result<CutDone, 'cut_journal_full' | 'store_failed'>;

/**
 * Cuts alone, from the journal, for a broker whose store is missing, corrupt or behind. It knows the log from its
 * mark on: what lies before, it can say to nobody. Whom a session belongs to it cannot say either, so that it takes
 * every session id for one, and counts nothing.
 */
export class CutOnlyStore implements CutOnly {
  readonly #parts: CutOnlyParts;
  readonly #told: RowsTold;
  readonly #sessions: EmergencySessions;

  constructor(parts: CutOnlyParts) {
    this.#parts = parts;
    this.#told = new RowsTold(parts.mark, parts.journal);
    this.#sessions = new EmergencySessions((session) => this.#told.ends(session));
  }

  head(): Revision {
    return this.#told.head;
  }

  path(id: SessionId): readonly Session[] {
    return this.#sessions.path(id);
  }

  keptBy(): 'journal' {
    return 'journal';
  }

  logAfter(revision: Revision, limit: number): readonly LogRow[] {
    return this.#told.after(revision).slice(0, limit);
  }

  isKnownRevision(revision: Revision): boolean {
    return revision === this.#parts.mark || this.#told.has(revision);
  }

  onLog(listener: (rows: readonly LogRow[]) => void): () => void {
    return this.#told.listen(listener);
  }

  /** The audit is in the store. */
  auditHead(): undefined {
    return undefined;
  }

  /** No snapshot is made of half a log. */
  standingRows(): readonly LogRow[] {
    return [];
  }

  /** What may be forgotten, the store alone knows. */
  floor(): Revision {
    return revisionZero;
  }

  async raiseFloor(): ReturnType<Store['raiseFloor']> {
    return ok(undefined);
  }

  /** Nobody is held, so nobody is let go. */
  onResume(): () => void {
    return () => {};
  }

  async evidenceKey(key: string): Promise<EvidenceKey | undefined> {
    const { roster, evidenceCut, journal } = this.#parts;
    const known = roster.keys.find((one) => one.key === key);
    if (known === undefined) return undefined;
    const isCut = evidenceCut.has(key) || handlesCut(journal, known);
    return { ...known, isCut };
  }

  async memberHandles(
    ...[member, owner, fresh]: Parameters<Store['memberHandles']>
  ): Promise<MemberHandles> {
    const { members, owners } = this.#parts.roster;
    const known = members.find(({ kind, name }) => kind === member.kind && name === member.name);
    const ownerHandle = owners.find(({ name }) => name === owner)?.handle ?? fresh.owner;
    return { member: known?.handle ?? fresh.member, owner: ownerHandle };
  }

  async openSession(ask: Parameters<Store['openSession']>[0]): ReturnType<Store['openSession']> {
    const { evidence, child, now } = ask;
    if (evidence.kind !== 'key-assertion' || child !== undefined) return refuse('cut_only');
    const known = await this.evidenceKey(evidence.key);
    if (known === undefined) return refuse('cut_only');
    if (known.isCut) return refuse('evidence_key_revoked');
    if (now >= known.expiresAt) return refuse('evidence_key_expired');
    if (now < known.heldUntil) return refuse('evidence_held');
    const opened = this.#sessions.open(emergencySession(ask, known, this.head()), now, ask.audit);
    return opened.ok
      ? ok({ session: opened.value, evidenceKeyExpiresAt: known.expiresAt })
      : opened;
  }

  async endSession({
    session,
  }: Parameters<Store['endSession']>[0]): Promise<Result<Revision, never>> {
    this.#sessions.end(session);
    return ok(this.head());
  }

  async cutSession({ session, audit }: Parameters<Store['cutSession']>[0]): Promise<Cut> {
    const entry = { kind: 'handle', handle: session, absolute: true } as const;
    const done = this.#cut({ kind: 'session', id: session }, audit, () => [entry]);
    if (done.ok) this.#sessions.end(session);
    return done;
  }

  async cutBefore({
    before,
    audit,
  }: Parameters<Store['cutBefore']>[0]): Promise<Cut | Result<never, 'revision_in_future'>> {
    if (before !== undefined && before > this.head()) return refuse('revision_in_future');
    return this.#cut({ kind: 'before' }, audit, ([revision]) => [
      { kind: 'before', before: before ?? (revision as Revision) },
    ]);
  }

  async cutHandle({
    target,
    audit,
  }: Parameters<Store['cutHandle']>[0]): Promise<Cut | Result<never, 'target_needs_store'>> {
    const handle = handleIn(this.#parts.roster, target);
    if (handle === undefined) return refuse('target_needs_store');
    return this.#cut(target, audit, () => [{ kind: 'handle', handle, absolute: false }]);
  }

  /** Publishes nothing: without a store no key signs. */
  async cutTokenKeys({
    keyIds,
    audit,
  }: Parameters<Store['cutTokenKeys']>[0]): ReturnType<Store['cutTokenKeys']> {
    const entries = keyIds.map((keyId) => ({ kind: 'key-cut', keyId }) as const);
    const done = this.#cut({ kind: 'token-keys', keyIds }, audit, () => entries, entries.length);
    return done.ok ? ok(done.value.revision) : done;
  }

  #cut(
    target: JournalledTarget,
    audit: AuditEvent,
    entriesOf: (revisions: readonly Revision[]) => readonly LogRow['entry'][],
    count = 1,
  ): Cut {
    const { journal, now } = this.#parts;
    const at = now();
    const revisions = this.#told.reserve(count, at);
    const entries = entriesOf(revisions);
    const rows = revisions.map((revision, index) => {
      return { revision, entry: entries[index] as LogRow['entry'] };
    });
    const operator = this.#sessions.nameOf(audit.actor);
    const facts = operator === undefined ? audit.facts : { ...audit.facts, operator };
    const cut = { base: this.head(), rows, target, journalledAt: at, audit: { ...audit, facts } };
    const fault = journal.append(cut);
    if (fault === 'full') return refuse('cut_journal_full');
    // What the disk has not taken would be forgotten by the start that is to mend this.
    if (fault === 'disk') return refuse('store_failed');
    this.#told.tell(rows);
    return ok({ revision: lastRevision(cut), sessionsEnded: 0 });
  }
}

/** The handle of what an operator names; undefined of persons, logins and keys that the roster does not hold. */
function handleIn({ members, owners, keys }: Roster, target: CutTarget): Handle | undefined {
  switch (target.kind) {
    case 'workload':
      return members.find(({ kind, name }) => kind === 'workload' && name === target.name)?.handle;
    case 'owner':
      return owners.find(({ name }) => name === target.name)?.handle;
    case 'evidence-key':
      return keys.find(({ key }) => key === target.key)?.handle;
    case 'evidence-issuer':
      return target.handle;
    case 'principal':
    case 'upstream':
      return undefined;
  }
}
