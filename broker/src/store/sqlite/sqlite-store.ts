import { ok, type Result, type Revision, type SessionId, type Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import type { MemberHandles, MemberRef } from '../../domain/registry.js';
import type { Session } from '../../domain/session.js';
import type {
  BeforeCut,
  CutDone,
  EvidenceKey,
  JoinToken,
  LoggedTokenKey,
  LogRow,
  NewJoinToken,
  OpenedSession,
  OpenRefusal,
  OpenSession,
  PathRefusal,
  SessionCut,
  SessionWrite,
  Store,
  StoreIdentity,
  StoreRefusal,
} from '../store.js';
import { issueToken, renewSession } from './act.js';
import { cutBefore, cutSession, endSession } from './ending.js';
import { expireSessions } from './expire.js';
import { faultKind, StoreFault } from './fault.js';
import { openSession } from './open-session.js';
import type { WriteQueue } from './queue.js';
import type { Room } from './room.js';

/** Parts of a store that is open. */
export interface SqliteStoreParts {
  readonly identity: StoreIdentity;
  readonly room: Room;
  readonly queue: WriteQueue;
  /** Writes the last checkpoint and closes the files. */
  readonly close: () => void;
}

/** The contract on one SQLite file: reads from memory where a check needs them, writes by the queue. */
export class SqliteStore implements Store {
  readonly identity: StoreIdentity;
  readonly #room: Room;
  readonly #queue: WriteQueue;
  readonly #close: () => void;
  #closed: Promise<void> | undefined;

  constructor({ identity, room, queue, close }: SqliteStoreParts) {
    this.identity = identity;
    this.#room = room;
    this.#queue = queue;
    this.#close = close;
  }

  head(): Revision {
    return this.#room.log.head;
  }

  session(id: SessionId): Session | undefined {
    return this.path(id).at(-1);
  }

  path(id: SessionId): readonly Session[] {
    return this.#room.mirror.path(id);
  }

  liveSessions(page: { size: number; after: SessionId | undefined }): readonly Session[] {
    return this.#room.mirror.newest(page.size, page.after);
  }

  async memberHandles(
    member: MemberRef,
    owner: string,
    fresh: MemberHandles,
  ): Promise<MemberHandles> {
    const { members } = this.#room;
    const write = () => ok(members.findOrMake(member, owner, fresh));
    return members.find(member, owner) ?? acknowledged(await this.#queue.submit(write));
  }

  createJoinToken(token: NewJoinToken, event: AuditEvent): Promise<Result<void, StoreRefusal>> {
    const { evidence, audit } = this.#room;
    return this.#queue.submit<void, never>(() => {
      evidence.insertToken(token);
      return ok(audit.append(event));
    });
  }

  async joinToken(hash: string): Promise<JoinToken | undefined> {
    return this.#read(() => this.#room.evidence.token(hash));
  }

  async evidenceKey(key: Thumbprint): Promise<EvidenceKey | undefined> {
    return this.#read(() => this.#room.evidence.key(key));
  }

  openSession(ask: OpenSession): Promise<Result<OpenedSession, OpenRefusal>> {
    return this.#queue.submit(() => openSession(this.#room, ask));
  }

  issueToken(ask: SessionWrite): Promise<Result<Revision, PathRefusal>> {
    return this.#queue.submit(() => issueToken(this.#room, ask));
  }

  renewSession(ask: SessionWrite): Promise<Result<Session, PathRefusal>> {
    return this.#queue.submit(() => renewSession(this.#room, ask));
  }

  endSession(ask: SessionWrite): Promise<Result<Revision, StoreRefusal>> {
    return this.#queue.submit(() => endSession(this.#room, ask));
  }

  cutSession(ask: SessionCut): Promise<Result<CutDone, 'session_unknown' | StoreRefusal>> {
    return this.#queue.submit(() => cutSession(this.#room, ask), 'cuts');
  }

  cutBefore(ask: BeforeCut): Promise<Result<CutDone, 'revision_in_future' | StoreRefusal>> {
    return this.#queue.submit(() => cutBefore(this.#room, ask), 'cuts');
  }

  publishTokenKey(key: LoggedTokenKey, event: AuditEvent): Promise<Result<Revision, StoreRefusal>> {
    const { log, audit } = this.#room;
    return this.#queue.submit<Revision, never>(() => {
      const published = log.tokenKeyRevision(key.keyId);
      if (published !== undefined) return ok(published);
      const revision = log.append({ kind: 'token-key', key });
      audit.append(event);
      return ok(revision);
    });
  }

  async expireSessions(now: Instant): Promise<number> {
    return acknowledged(await this.#queue.submit(() => ok(expireSessions(this.#room, now))));
  }

  appendAudit(event: AuditEvent): Promise<Result<void, StoreRefusal>> {
    return this.#queue.submit<void, never>(() => ok(this.#room.audit.append(event)));
  }

  logAfter(revision: Revision, limit: number): readonly LogRow[] {
    return this.#read(() => this.#room.log.after(revision, limit));
  }

  isKnownRevision(revision: Revision): boolean {
    return this.#read(() => this.#room.log.isKnown(revision));
  }

  onLog(listener: (rows: readonly LogRow[]) => void): () => void {
    return this.#room.log.listen(listener);
  }

  close(): Promise<void> {
    this.#closed ??= Promise.resolve().then(() => {
      this.#queue.close();
      this.#close();
    });
    return this.#closed;
  }

  /** A read that the disk fails is a failed disk: nothing more is acknowledged. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (fault) {
      if (faultKind(fault) === 'disk') this.#queue.fail(fault);
      throw fault;
    }
  }
}

/** For methods whose answer has no place for a refusal. */
function acknowledged<T>(answer: Result<T, StoreRefusal>): T {
  if (!answer.ok) throw new StoreFault(answer.error);
  return answer.value;
}
