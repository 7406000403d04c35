import {
  type Handle,
  handlesOfLineage,
  type Reason,
  type SessionId,
  type Thumbprint,
} from '@creance/proto';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { lineageOf, type PathFault, pathFault, type Session } from '../domain/session.js';
import type { Clock } from '../runtime/clock.js';
import type { LogRow, Store } from '../store/store.js';

/** Why a stream may say nothing more: its session's state, or that the session has another key now. */
export type StreamFault = PathFault | 'proof_wrong_key';

/** One open stream, as the hub sees it. */
export interface HubStream {
  /** The session that it is of. */
  readonly session: SessionId;
  /** The key that has proved its opening. */
  readonly key: Thumbprint;
  /** Tells it whether its session may act: undefined when it may. Saying the same again does nothing. */
  onState(fault: StreamFault | undefined): void;
  /** Lets it answer what it has been asked, and ends it: in order without a reason. */
  close(reason?: Reason): void;
}

/** Parts of the hub. */
export interface HubParts {
  readonly store: Pick<Store, 'path' | 'onLog' | 'onResume'>;
  readonly clock: Clock;
}

/**
 * The open streams, by every handle that can end them. Whatever is cut, held or let go reaches the streams
 * below it with the commit; an end by time, within `limits.heartbeatSeconds`.
 */
export class StreamHub {
  readonly #parts: HubParts;
  readonly #streams = new Map<HubStream, readonly Handle[]>();
  readonly #byHandle = new Map<Handle, Set<HubStream>>();
  readonly #ofSession = new Map<SessionId, number>();
  readonly #stops: readonly (() => void)[];

  constructor(parts: HubParts) {
    const { store } = parts;
    this.#parts = parts;
    const sweep = setInterval(() => this.#look(this.#all), limits.heartbeatSeconds * 1_000).unref();
    this.#stops = [
      store.onLog((rows) => this.#onRows(rows)),
      store.onResume((session) => this.#look(this.#byHandle.get(session))),
      () => clearInterval(sweep),
    ];
  }

  /** How many streams are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** How many streams a session has open. */
  count(session: SessionId): number {
    return this.#ofSession.get(session) ?? 0;
  }

  /** Adds a stream of the last session of a path. */
  add(stream: HubStream, path: readonly Session[]): void {
    const handles = handlesOfLineage(lineageOf(path));
    this.#streams.set(stream, handles);
    this.#ofSession.set(stream.session, this.count(stream.session) + 1);
    for (const handle of handles) {
      const streams = this.#byHandle.get(handle) ?? new Set();
      this.#byHandle.set(handle, streams.add(stream));
    }
  }

  /** Removes a stream; removing it again does nothing. */
  remove(stream: HubStream): void {
    const handles = this.#streams.get(stream);
    if (handles === undefined) return;
    this.#streams.delete(stream);
    const left = this.count(stream.session) - 1;
    if (left > 0) this.#ofSession.set(stream.session, left);
    else this.#ofSession.delete(stream.session);
    for (const handle of handles) {
      const streams = this.#byHandle.get(handle);
      streams?.delete(stream);
      if (streams?.size === 0) this.#byHandle.delete(handle);
    }
  }

  /** Ends every stream, once it has answered what it was asked, and listens no more. */
  close(): void {
    for (const stop of this.#stops) stop();
    for (const stream of this.#all) stream.close('shutting_down');
  }

  get #all(): readonly HubStream[] {
    return [...this.#streams.keys()];
  }

  #onRows(rows: readonly LogRow[]): void {
    for (const { entry } of rows) {
      if (entry.kind === 'handle') this.#look(this.#byHandle.get(entry.handle));
      else if (entry.kind === 'before') this.#look(this.#all);
    }
  }

  /** Judges each by what the store says now, not by the row: a row may have been overtaken. */
  #look(streams: Iterable<HubStream> | undefined): void {
    if (streams === undefined) return;
    const { store, clock } = this.#parts;
    const now = clock.now();
    for (const stream of [...streams]) stream.onState(faultOf(stream, store, now));
  }
}

/** Whoever has a copy of a key that was given up keeps no stream by it. */
function faultOf(
  { session, key }: HubStream,
  store: HubParts['store'],
  now: Instant,
): StreamFault | undefined {
  const path = store.path(session);
  const own = path.at(-1);
  if (own === undefined) return 'session_ended';
  return own.key === key ? pathFault(path, now, limits.sessionIdleSeconds) : 'proof_wrong_key';
}
