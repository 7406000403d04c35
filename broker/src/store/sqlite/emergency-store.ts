import { ok, type Result, type Revision, refuse, type SessionId } from '@creance/proto';
import type { Session } from '../../domain/session.js';
import type { EmergencySessions } from '../emergency/emergency-sessions.js';
import type { LogRow, Store } from '../store.js';
import type { StoreLoad } from '../store-load.js';
import type { Emergency } from './emergency.js';
import { openInEmergency } from './open-in-emergency.js';
import type { Room } from './room.js';
import { SqliteStore, type SqliteStoreParts } from './sqlite-store.js';

type Method =
  | 'cutSession'
  | 'cutBefore'
  | 'cutHandle'
  | 'cutTokenKeys'
  | 'openSession'
  | 'endSession';
type Ask<K extends Method> = Parameters<Store[K]>[0];
type Answer<K extends Method> = ReturnType<Store[K]>;

/** Refusals of a store that cannot write now, whatever is asked. */
const cannotWrite: readonly string[] = ['store_failed', 'store_full', 'store_busy'];

/** A store in which cutting works while writing does not (law 4): what it cannot take goes to the journal. */
export class EmergencyStore extends SqliteStore {
  readonly #room: Room;
  readonly #emergency: Emergency;
  readonly #sessions: EmergencySessions;

  constructor(parts: SqliteStoreParts, emergency: Emergency, sessions: EmergencySessions) {
    super(parts);
    this.#room = parts.room;
    this.#emergency = emergency;
    this.#sessions = sessions;
  }

  override load(): StoreLoad {
    return { ...super.load(), cutsPending: this.#emergency.size };
  }

  override path(id: SessionId): readonly Session[] {
    const path = super.path(id);
    return path.length > 0 ? path : this.#sessions.path(id);
  }

  override keptBy(revision: Revision): 'store' | 'journal' | 'memory' {
    return this.#emergency.kept(revision) ?? 'store';
  }

  override async openSession(ask: Ask<'openSession'>): Answer<'openSession'> {
    const opened = await super.openSession(ask);
    if (opened.ok || !cannotWrite.includes(opened.error)) return opened;
    const inMemory = openInEmergency(this.#room, { ask, sessions: this.#sessions });
    if (inMemory === undefined) return opened;
    if (inMemory.ok && this.#emergency.isEvidenceCut(inMemory.value.key, inMemory.value.issuer))
      return refuse('evidence_key_revoked' as const);
    return inMemory.ok ? ok(inMemory.value.opened) : inMemory;
  }

  override async endSession(ask: Ask<'endSession'>): Answer<'endSession'> {
    return this.#sessions.end(ask.session) ? ok(this.head()) : super.endSession(ask);
  }

  override cutSession(ask: Ask<'cutSession'>): Answer<'cutSession'> {
    return this.#cut(
      () => super.cutSession(ask),
      () => this.#emergency.cutSession(ask),
    );
  }

  override cutBefore(ask: Ask<'cutBefore'>): Answer<'cutBefore'> {
    return this.#cut(
      () => super.cutBefore(ask),
      () => this.#emergency.cutBefore(ask),
    );
  }

  override cutHandle(ask: Ask<'cutHandle'>): Answer<'cutHandle'> {
    return this.#cut(
      () => super.cutHandle(ask),
      () => this.#emergency.cutHandle(ask),
    );
  }

  override cutTokenKeys(ask: Ask<'cutTokenKeys'>): Answer<'cutTokenKeys'> {
    return this.#cut(
      () => super.cutTokenKeys(ask),
      () => this.#emergency.cutTokenKeys(ask),
    );
  }

  override logAfter(revision: Revision, limit: number): readonly LogRow[] {
    const rows = super.logAfter(revision, limit);
    if (this.#emergency.size === 0 || rows.length >= limit) return rows;
    const waiting = this.#emergency.rows.filter((row) => row.revision > revision);
    return [...rows, ...waiting].slice(0, limit);
  }

  override isKnownRevision(revision: Revision): boolean {
    const waits = this.#emergency.rows.some((row) => row.revision === revision);
    return waits || super.isKnownRevision(revision);
  }

  /** A flood of cuts is none that the journal has room for: its lane refuses as ever. */
  async #cut<V, E extends string, J extends string>(
    cut: () => Promise<Result<V, E>>,
    orJournal: () => Result<V, J>,
  ): Promise<Result<V, E | J>> {
    const isFlood = super.load().cutsWaiting >= this.#room.limits.writesWaiting;
    const done = await cut();
    return done.ok || isFlood || !cannotWrite.includes(done.error) ? done : orJournal();
  }
}
