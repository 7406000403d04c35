import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { StoreRefusal, WatchKind, WatchRow } from '../store.js';
import type { WriteQueue } from './queue.js';
import type { Room } from './room.js';

/**
 * Writes what the watch keeps, a part at a time: each part goes into the next group among other writes, and
 * the one after it waits until that is durable. So no group is much longer for it, and no token waits.
 */
export class WatchKeeping {
  readonly #room: Room;
  readonly #queue: Pick<WriteQueue, 'submit'>;
  #isUnderWay = false;

  constructor(room: Room, queue: Pick<WriteQueue, 'submit'>) {
    this.#room = room;
    this.#queue = queue;
  }

  async keep(rows: readonly WatchRow[]): Promise<Result<void, StoreRefusal>> {
    if (this.#isUnderWay) return refuse('store_busy');
    for (const row of rows) checkSize(row, this.#room.limits.watchRowBytes);
    this.#isUnderWay = true;
    try {
      return await this.#keepAll(rows);
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #keepAll(rows: readonly WatchRow[]): Promise<Result<void, StoreRefusal>> {
    for (const part of partsOf(rows, this.#room.limits)) {
      const done = await this.#queue.submit<void, never>(() => ok(keepPart(this.#room, part)));
      if (!done.ok) return done;
    }
    return ok(undefined);
  }
}

/** Forgets the states of sessions that do not live, as they may be left by a crash. */
export function forgetDeadWatch({ keptWatch, mirror }: Room): void {
  for (const id of keptWatch.names('session')) {
    if (!isLive(mirror, id)) keptWatch.forgetSession(id);
  }
}

/** Forgets what was kept of workloads that are registered no more. */
export function forgetWatchOf(
  { keptWatch }: Room,
  isRegistered: (member: { readonly kind: 'workload'; readonly name: string }) => boolean,
): void {
  for (const kind of ['profile', 'asked'] as const) {
    for (const name of keptWatch.names(kind)) {
      if (!isRegistered({ kind: 'workload', name })) keptWatch.forget(kind, name);
    }
  }
}

/** Rows in parts of so many rows and bytes; one that is larger is a part by itself. */
export function* partsOf(
  rows: readonly WatchRow[],
  most: Pick<Room['limits'], 'watchRowsPerCommit' | 'watchBytesPerCommit'>,
): Generator<readonly WatchRow[]> {
  let [part, bytes]: [WatchRow[], number] = [[], 0];
  for (const row of rows) {
    const size = row.bytes?.byteLength ?? 0;
    const isFull =
      part.length >= most.watchRowsPerCommit || bytes + size > most.watchBytesPerCommit;
    if (isFull && part.length > 0) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(row);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** A row too large is a fault of whoever makes it; what it held before stays. */
function checkSize({ kind, bytes }: WatchRow, most: number): void {
  const size = bytes?.byteLength ?? 0;
  if (size > most) throw new RangeError(`a ${kind} of ${size} bytes is too large to keep`);
}

function keepPart({ keptWatch, mirror }: Room, rows: readonly WatchRow[]): void {
  for (const { kind, name, bytes } of rows) {
    if (bytes === undefined) keptWatch.forget(kind, name);
    else if (mayKeep(mirror, kind, name)) keptWatch.save(kind, name, bytes);
  }
}

function mayKeep(mirror: Room['mirror'], kind: WatchKind, name: string): boolean {
  return kind !== 'session' || isLive(mirror, name);
}

function isLive(mirror: Room['mirror'], id: string): boolean {
  const entry = mirror.get(id as SessionId);
  return entry !== undefined && mirror.isUnended(entry);
}
