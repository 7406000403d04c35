import { type Result, refuse } from '@creance/proto';
import type { Clock } from '../../runtime/clock.js';
import type { StoreRefusal } from '../store.js';
import { type GroupTransaction, type Item, runGroup } from './group.js';
import type { Journal } from './journal.js';

/** Cuts wait in a lane of their own, so that no flood of other writes can keep one out (law 9). */
export type Lane = 'cuts' | 'writes';

/** Parts of the queue. */
export interface WriteQueueParts {
  readonly transaction: GroupTransaction;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly limits: Readonly<Record<'commitRows' | 'commitMillis' | 'writesWaiting', number>>;
  /**
   * Called after each group that is durable, before its callers go on; with how many writes it held and how
   * long it took.
   */
  readonly onCommitted: (writes: number, millis: number) => void;
  /** Called once, when the store has failed for good. */
  readonly onFailed: (fault: Error) => void;
}

interface Waiting extends Item {
  readonly lane: Lane;
}

/**
 * Group commit: one transaction for all writes that wait, in the order of the calls, acknowledged after
 * COMMIT. It begins with the next turn of the loop when idle, and waits up to `commitMillis` for more
 * only when commits would take more than half of the time.
 */
export class WriteQueue {
  readonly #parts: WriteQueueParts;
  readonly #waiting: Waiting[] = [];
  readonly #inLane: Record<Lane, number> = { cuts: 0, writes: 0 };
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #committedAt = Number.NEGATIVE_INFINITY;
  #commitMillis = 0;
  #failed = false;
  #closed = false;

  constructor(parts: WriteQueueParts) {
    this.#parts = parts;
  }

  /** How many wait in each lane. */
  get waiting(): Readonly<Record<Lane, number>> {
    return this.#inLane;
  }

  /** Whether every write is refused until the process starts again. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * Queues a write, which checks before it writes and may run more than once. Rejects when it throws
   * itself; the other writes of its group do not notice.
   */
  submit<V, E>(
    run: () => Result<V, E>,
    lane: Lane = 'writes',
  ): Promise<Result<V, E | StoreRefusal>> {
    const refusal = this.#refusal(lane);
    if (refusal !== undefined) return Promise.resolve(refuse(refusal));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lane, run, resolve: resolve as Item['resolve'], reject });
      this.#inLane[lane] += 1;
      this.#schedule();
    });
  }

  /** Commits what waits and refuses everything after it. */
  close(): void {
    this.#closed = true;
    while (this.#waiting.length > 0) this.#flush();
    this.#unschedule();
  }

  /** Refuses everything from now on: the disk cannot be believed. */
  fail(fault: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    for (const item of this.#take(this.#waiting.length)) item.resolve(refuse('store_failed'));
    this.#parts.onFailed(fault instanceof Error ? fault : new Error(String(fault)));
  }

  #refusal(lane: Lane): StoreRefusal | undefined {
    if (this.#failed) return 'store_failed';
    if (this.#closed) return 'shutting_down';
    return this.#inLane[lane] >= this.#parts.limits.writesWaiting ? 'store_busy' : undefined;
  }

  #schedule(): void {
    if (this.#immediate !== undefined) return;
    const full = this.#waiting.length >= this.#parts.limits.commitRows;
    const pauseMillis = full ? 0 : this.#pauseMillis();
    if (pauseMillis < 1) this.#immediate = setImmediate(() => this.#flush());
    else this.#timer ??= setTimeout(() => this.#flush(), pauseMillis);
  }

  #unschedule(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
  }

  #pauseMillis(): number {
    const { clock, limits } = this.#parts;
    const sinceMillis = Math.max(0, clock.monotonicMillis() - this.#committedAt);
    return Math.min(this.#commitMillis, limits.commitMillis) - sinceMillis;
  }

  #flush(): void {
    this.#unschedule();
    const { clock, limits, transaction, journal, onCommitted } = this.#parts;
    const begunAt = clock.monotonicMillis();
    const group = this.#take(limits.commitRows);
    const writes = group.length;
    const failed = runGroup(group, transaction, journal);
    this.#committedAt = clock.monotonicMillis();
    this.#commitMillis = this.#committedAt - begunAt;
    if (failed === undefined) onCommitted(writes, this.#commitMillis);
    else if (failed.kind === 'disk') this.fail(failed.fault);
    if (this.#waiting.length > 0) this.#schedule();
  }

  #take(count: number): Waiting[] {
    const taken = this.#waiting.splice(0, count);
    for (const { lane } of taken) this.#inLane[lane] -= 1;
    return taken;
  }
}
