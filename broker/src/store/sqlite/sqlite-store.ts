import { ok, type Result, type Revision, type SessionId } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { Session } from '../../domain/session.js';
import type { AuditHead, LogRow, Outbox, Store, StoreIdentity, StoreRefusal } from '../store.js';
import type { StoreLoad } from '../store-load.js';
import { issueToken, renewSession } from './act.js';
import { contestJoinToken } from './contesting.js';
import { createChildJoinToken, delegateSession } from './delegating.js';
import { cutBefore, cutSession, endSession, firstEnding } from './ending.js';
import { expireSessions } from './expire.js';
import { faultKind, StoreFault } from './fault.js';
import { changeRegistry, cutHandle } from './handle-cuts.js';
import { newest, treeOf } from './listing.js';
import { standingRows } from './log-reader.js';
import { applyManifest } from './manifest-versions.js';
import { openSession } from './open-session.js';
import { denyProposal, propose } from './proposing.js';
import type { Lane, WriteQueue } from './queue.js';
import { rekeySession } from './rekeying.js';
import { suspendForRisk } from './risk-hold.js';
import type { Room } from './room.js';
import { SqliteOutbox } from './sqlite-outbox.js';
import { cutTokens, resumeSession, suspendSession } from './suspending.js';
import { answerTheft } from './theft.js';
import { cutTokenKeys, publishTokenKey } from './token-keys.js';
import { WatchKeeping } from './watch-keeping.js';

/** Parts of a store that is open. */
export interface SqliteStoreParts {
  readonly identity: StoreIdentity;
  readonly room: Room;
  readonly queue: WriteQueue;
  /** Writes the last checkpoint and closes the files. */
  readonly close: () => void;
}

/** The asks and answers of the contract, by method. */
type Asks<K extends Method> = Parameters<Store[K]>;
type Ask<K extends Method> = Asks<K>[0];
type Answer<K extends Method> = ReturnType<Store[K]>;
type Method = {
  [K in keyof Store]: Store[K] extends (...asks: never[]) => unknown ? K : never;
}[keyof Store];

/** The contract on one SQLite file: reads from memory where a check needs them, writes by the queue. */
export class SqliteStore implements Store {
  readonly identity: StoreIdentity;
  readonly outbox: Outbox;
  readonly #room: Room;
  readonly #queue: WriteQueue;
  readonly #watchKeeping: WatchKeeping;
  readonly #close: () => void;
  #closed: Promise<void> | undefined;

  constructor({ identity, room, queue, close }: SqliteStoreParts) {
    this.identity = identity;
    this.#room = room;
    this.#queue = queue;
    this.#watchKeeping = new WatchKeeping(room, queue);
    this.#close = close;
    this.outbox = new SqliteOutbox({
      room,
      write: (step) => queue.submit(step),
      read: (read) => this.#read(read),
    });
  }

  head(): Revision {
    return this.#room.log.head;
  }

  auditHead(): AuditHead {
    return this.#room.audit.head;
  }

  load(): StoreLoad {
    const { writes, cuts } = this.#queue.waiting;
    const sessionsLive = this.#room.mirror.live.all().size;
    const { failed } = this.#queue;
    return { sessionsLive, writesWaiting: writes, cutsWaiting: cuts, cutsPending: 0, failed };
  }

  keptBy(_revision: Revision): 'store' | 'journal' | 'memory' {
    return 'store';
  }

  session(id: SessionId): Session | undefined {
    return this.path(id).at(-1);
  }

  path(id: SessionId): readonly Session[] {
    return this.#room.mirror.path(id);
  }

  liveSessions({ size, after }: Ask<'liveSessions'>): readonly Session[] {
    return newest(this.#room.mirror, size, after);
  }

  tree(id: SessionId, size: number): readonly Session[] {
    return treeOf(this.#room.mirror, id, size);
  }

  knownMembers(now: Instant): ReturnType<Store['knownMembers']> {
    const { members, evidenceKeys, limits } = this.#room;
    return this.#read(() => {
      return { ...members.all(), keys: evidenceKeys.ofPeers(now, limits.rosterKeys) };
    });
  }

  async memberHandles(...[member, owner, fresh]: Asks<'memberHandles'>): Answer<'memberHandles'> {
    const { members } = this.#room;
    const write = () => ok(members.findOrMake(member, owner, fresh));
    return members.find(member, owner) ?? acknowledged(await this.#queue.submit(write));
  }

  async upstreamHandle(...[upstream, fresh]: Asks<'upstreamHandle'>): Answer<'upstreamHandle'> {
    const { upstreams } = this.#room;
    const write = () => ok(upstreams.findOrMake(upstream, fresh));
    const found = this.#read(() => upstreams.find(upstream));
    return found ?? acknowledged(await this.#queue.submit(write));
  }

  createJoinToken(...[token, event]: Asks<'createJoinToken'>): Answer<'createJoinToken'> {
    const { joinTokens, audit } = this.#room;
    return this.#queue.submit<void, never>(() => {
      joinTokens.insert(token);
      return ok(audit.append(event));
    });
  }

  async joinToken(hash: string): Answer<'joinToken'> {
    return this.#read(() => this.#room.joinTokens.find(hash));
  }

  contestJoinToken(ask: Ask<'contestJoinToken'>): Answer<'contestJoinToken'> {
    return this.#write(contestJoinToken, ask, 'cuts');
  }

  async evidenceKey(key: Ask<'evidenceKey'>): Answer<'evidenceKey'> {
    return this.#read(() => this.#room.evidenceKeys.find(key));
  }

  openSession(ask: Ask<'openSession'>): Answer<'openSession'> {
    return this.#write(openSession, ask);
  }

  delegateSession(ask: Ask<'delegateSession'>): Answer<'delegateSession'> {
    return this.#write(delegateSession, ask);
  }

  createChildJoinToken(ask: Ask<'createChildJoinToken'>): Answer<'createChildJoinToken'> {
    return this.#write(createChildJoinToken, ask);
  }

  async childJoinToken(hash: string): Answer<'childJoinToken'> {
    return this.#read(() => this.#room.childTokens.find(hash));
  }

  rekeySession(ask: Ask<'rekeySession'>): Answer<'rekeySession'> {
    return this.#write(rekeySession, ask);
  }

  issueToken(ask: Ask<'issueToken'>): Answer<'issueToken'> {
    return this.#write(issueToken, ask);
  }

  renewSession(ask: Ask<'renewSession'>): Answer<'renewSession'> {
    return this.#write(renewSession, ask);
  }

  endSession(ask: Ask<'endSession'>): Answer<'endSession'> {
    return this.#write(endSession, ask);
  }

  cutSession(ask: Ask<'cutSession'>): Answer<'cutSession'> {
    return this.#write(cutSession, ask, 'cuts');
  }

  cutBefore(ask: Ask<'cutBefore'>): Answer<'cutBefore'> {
    return this.#write(cutBefore, ask, 'cuts');
  }

  cutHandle(ask: Ask<'cutHandle'>): Answer<'cutHandle'> {
    return this.#write(cutHandle, ask, 'cuts');
  }

  suspendSession(ask: Ask<'suspendSession'>): Answer<'suspendSession'> {
    return this.#write(suspendSession, ask, 'cuts');
  }

  suspendForRisk(ask: Ask<'suspendForRisk'>): Answer<'suspendForRisk'> {
    return this.#write(suspendForRisk, ask, 'cuts');
  }

  resumeSession(ask: Ask<'resumeSession'>): Answer<'resumeSession'> {
    return this.#write(resumeSession, ask);
  }

  cutTokens(ask: Ask<'cutTokens'>): Answer<'cutTokens'> {
    return this.#write(cutTokens, ask, 'cuts');
  }

  answerTheft(ask: Ask<'answerTheft'>): Answer<'answerTheft'> {
    return this.#write(answerTheft, ask, 'cuts');
  }

  cutTokenKeys(ask: Ask<'cutTokenKeys'>): Answer<'cutTokenKeys'> {
    return this.#write(cutTokenKeys, ask, 'cuts');
  }

  changeRegistry(ask: Ask<'changeRegistry'>): Answer<'changeRegistry'> {
    return this.#write(changeRegistry, ask, 'cuts');
  }

  applyManifest(ask: Ask<'applyManifest'>): Answer<'applyManifest'> {
    return this.#write(applyManifest, ask);
  }

  propose(ask: Ask<'propose'>): Answer<'propose'> {
    return this.#write(propose, ask);
  }

  proposals(now: Instant): ReturnType<Store['proposals']> {
    return this.#read(() => this.#room.proposals.list(now));
  }

  denyProposal(ask: Ask<'denyProposal'>): Answer<'denyProposal'> {
    return this.#write(denyProposal, ask);
  }

  manifestVersions(): ReturnType<Store['manifestVersions']> {
    return this.#read(() => this.#room.manifests.list());
  }

  manifest(version?: number): ReturnType<Store['manifest']> {
    const { manifests } = this.#room;
    return this.#read(() => manifests.find(version ?? manifests.newest()));
  }

  publishTokenKey(...[key, event]: Asks<'publishTokenKey'>): Answer<'publishTokenKey'> {
    return this.#write(publishTokenKey, { key, event });
  }

  async expireSessions(now: Instant): Promise<number> {
    return acknowledged(await this.#queue.submit(() => ok(expireSessions(this.#room, now))));
  }

  keepWatch(rows: Ask<'keepWatch'>): Answer<'keepWatch'> {
    return this.#watchKeeping.keep(rows);
  }

  watchRows(kind: Ask<'watchRows'>): Answer<'watchRows'> {
    return this.#room.keptWatch.rows(kind);
  }

  endedAt(id: SessionId): Revision | undefined {
    return this.#read(() => firstEnding(this.#room, id)?.revision);
  }

  auditNear(...[at, kinds]: Asks<'auditNear'>): ReturnType<Store['auditNear']> {
    return this.#read(() => this.#room.auditNear.find(at, kinds));
  }

  appendAudit(event: Ask<'appendAudit'>): Answer<'appendAudit'> {
    return this.#queue.submit<void, never>(() => ok(this.#room.audit.append(event)));
  }

  logAfter(revision: Revision, limit: number): readonly LogRow[] {
    return this.#read(() => this.#room.log.read.after(revision, limit));
  }

  isKnownRevision(revision: Revision): boolean {
    return this.#read(() => this.#room.log.read.isKnown(revision));
  }

  standingRows(): readonly LogRow[] {
    return this.#read(() => standingRows(this.#room.log.read));
  }

  floor(): Revision {
    return this.#room.floor.revision;
  }

  raiseFloor(to: Revision): Answer<'raiseFloor'> {
    const { floor, log } = this.#room;
    const write = () => ok(floor.raise(Math.min(to, log.head) as Revision));
    return this.#queue.submit<void, never>(write);
  }

  onLog(listener: Ask<'onLog'>): () => void {
    return this.#room.log.listen(listener);
  }

  onResume(listener: Ask<'onResume'>): () => void {
    return this.#room.resumes.listen(listener);
  }

  onAudit(listener: Ask<'onAudit'>): () => void {
    return this.#room.audit.listen(listener);
  }

  close(): Promise<void> {
    this.#closed ??= Promise.resolve().then(() => {
      this.#queue.close();
      this.#close();
    });
    return this.#closed;
  }

  /** Queues a step of a file of its own. */
  #write<A, V, E>(
    step: (room: Room, ask: A) => Result<V, E>,
    ask: A,
    lane: Lane = 'writes',
  ): Promise<Result<V, E | StoreRefusal>> {
    return this.#queue.submit(() => step(this.#room, ask), lane);
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
