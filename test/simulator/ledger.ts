import type { Handle, SessionId, Thumbprint, TokenClaims } from '@creance/proto';
import type { AuditEvent } from '../../broker/src/domain/audit.js';
import { type LogRowColumns, logColumns } from '../../broker/src/store/sqlite/log-rows.js';
import type { TestKey } from '../support/test-key.js';
import type { Disk } from './disk.js';

/** A token that the broker has let go. */
export interface Minted {
  readonly token: string;
  readonly claims: TokenClaims;
  readonly keyId: Thumbprint;
  /** Everything that can end it. */
  readonly handles: ReadonlySet<Handle>;
  readonly key: TestKey | undefined;
}

/** A row of the log, and when it was first seen to be durable. */
export interface Row extends LogRowColumns {
  readonly seenMillis: number;
}

/** A session as its row says, which the log does not touch. */
export interface KnownSession {
  readonly id: SessionId;
  readonly parent: SessionId | null;
  readonly name: string;
  readonly member: Handle;
  readonly owner: Handle;
  readonly evidence_issuer: Handle;
  readonly evidence_key: Handle;
  readonly principal: Handle | null;
  readonly upstream: Handle | null;
  readonly opened_revision: number;
  readonly absolute_end_at: number;
}

/** An audit record with its place. */
export interface AuditRow {
  readonly sequence: number;
  readonly text: string;
  readonly event: AuditEvent;
}

const sessionsSql = `SELECT id, parent, name, member, owner, evidence_issuer, evidence_key, principal,
  upstream, opened_revision, absolute_end_at, ordinal FROM sessions WHERE ordinal > ? ORDER BY ordinal`;
const logSql = 'SELECT * FROM log WHERE revision > ? ORDER BY revision';
const auditSql = 'SELECT sequence, record FROM audit WHERE sequence > ? ORDER BY sequence';

/**
 * What is durable, read past the store, and what was let go: the truth that the laws are held against.
 * Nothing here is taken from the memory of a process.
 */
export class Ledger {
  readonly rows: Row[] = [];
  /** Rows of cuts that only the journal had: they stand from then on, whatever the store says. */
  readonly journalled: Row[] = [];
  readonly sessions: Map<SessionId, KnownSession> = new Map();
  readonly records: AuditRow[] = [];
  readonly minted: Minted[] = [];
  /** By row of a cut that only the journal had, the last row that its maker knew of. */
  readonly #bases = new Map<number, number>();
  readonly #disk: Disk;
  #ordinal = 0;
  #journalled = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Reads what has become durable; gives the new records. */
  read(nowMillis: number): readonly AuditRow[] {
    for (const cut of this.#disk.journalled.slice(this.#journalled)) {
      this.#journalled += 1;
      for (const row of cut.rows) {
        this.journalled.push({ ...logColumns(row), seenMillis: nowMillis });
        this.#bases.set(row.revision, cut.base);
      }
    }
    const after = this.rows.at(-1)?.revision ?? 0;
    for (const row of this.#disk.rows<LogRowColumns>(logSql, after)) {
      this.rows.push({ ...row, seenMillis: nowMillis });
    }
    for (const row of this.#disk.rows<KnownSession & { ordinal: number }>(
      sessionsSql,
      this.#ordinal,
    )) {
      this.sessions.set(row.id, row);
      this.#ordinal = row.ordinal;
    }
    const sequence = this.records.at(-1)?.sequence ?? 0;
    const fresh = this.#disk
      .rows<{ sequence: number; record: string }>(auditSql, sequence)
      .map(({ sequence: at, record }) => ({
        sequence: at,
        text: record,
        event: JSON.parse(record) as AuditEvent,
      }));
    this.records.push(...fresh);
    return fresh;
  }

  /**
   * Up to which row a view that stands at a revision must hold the log. At a cut that only the journal had it is what
   * its maker knew of: a row between the two was durable and nobody was told, and that view is no part of the log.
   */
  #knownTo(revision: number): number {
    const base = this.#bases.get(revision);
    const isInLog = this.rows.some((row) => row.revision === revision);
    return base === undefined || isInLog ? revision : this.#knownTo(base);
  }

  /** The rows that kill a token and that a view which stands at a revision must hold. */
  cutsHeldAt(minted: Minted, revision: number): readonly Row[] {
    const inJournal = this.journalled.filter((row) => row.revision <= revision);
    return [...this.cutsOf(minted, this.#knownTo(revision)), ...killing(inJournal, minted)];
  }

  /** From the root to a session. */
  path(id: SessionId): readonly KnownSession[] {
    const path: KnownSession[] = [];
    let at = this.sessions.get(id);
    while (at !== undefined) {
      path.push(at);
      at = at.parent === null ? undefined : this.sessions.get(at.parent);
    }
    return path.reverse();
  }

  /** The first row, up to a revision, that has ended a session or anybody above it. */
  endOf(id: SessionId, upTo: number = Number.POSITIVE_INFINITY): Row | undefined {
    const path = this.path(id);
    const isEnd = (row: Row) => row.revision <= upTo && path.some((each) => ends(row, each));
    return this.rows.find(isEnd) ?? this.journalled.find(isEnd);
  }

  /** The rows that kill a token, up to a revision. */
  cutsOf(minted: Minted, upTo: number = Number.POSITIVE_INFINITY): readonly Row[] {
    const all = this.journalled.length === 0 ? this.rows : [...this.rows, ...this.journalled];
    return killing(all, minted).filter(({ revision }) => revision <= upTo);
  }
}

/** Those of some rows that kill a token. */
function killing(rows: readonly Row[], { claims, handles, keyId }: Minted): readonly Row[] {
  const token = { rev: claims.revision, handles, keyId };
  return rows.filter((row) => kills(row, token));
}

function ends(
  { kind, handle, absolute, before, ends_below, revision }: Row,
  session: KnownSession,
) {
  if (kind === 'before') return session.opened_revision < (before ?? 0);
  if (kind !== 'handle') return false;
  if (absolute === 1) return handle === session.id;
  if (ends_below === 0 || session.opened_revision >= revision) return false;
  const { member, owner, evidence_issuer, evidence_key, principal, upstream } = session;
  return [member, owner, evidence_issuer, evidence_key, principal, upstream].includes(
    handle as never,
  );
}

function kills(
  { kind, handle, absolute, before, key_id, revision }: Row,
  token: { rev: number; handles: ReadonlySet<Handle>; keyId: Thumbprint },
): boolean {
  if (kind === 'before') return token.rev < (before ?? 0);
  if (kind === 'key-cut') return key_id === token.keyId;
  if (kind !== 'handle' || !token.handles.has(handle as Handle)) return false;
  return absolute === 1 || revision > token.rev;
}
