import type { Revision } from '@creance/proto';
import { limits } from '../domain/limits.js';
import type { Clock } from '../runtime/clock.js';
import type { LogRow } from '../store/store.js';
import { deltaKind, type FrameMaker, heartbeatKind, inFrames } from './frames.js';

/** Turns rows of the log into frames: at once when idle, gathered when busy. */
export class Publisher {
  readonly #maker: FrameMaker;
  readonly #clock: Clock;
  readonly #broadcast: (bytes: Buffer, revision: Revision) => void;
  #published: Revision;
  #pending: LogRow[] = [];
  #lastFlushMillis = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    maker: FrameMaker,
    clock: Clock,
    start: Revision,
    broadcast: (bytes: Buffer, revision: Revision) => void,
  ) {
    this.#maker = maker;
    this.#clock = clock;
    this.#published = start;
    this.#broadcast = broadcast;
  }

  /** Revision of the last frame. */
  get published(): Revision {
    return this.#published;
  }

  /** A burst of cuts is one frame; a single one waits for nothing. */
  add(rows: readonly LogRow[]): void {
    this.#pending.push(...rows);
    const quietMillis = this.#clock.monotonicMillis() - this.#lastFlushMillis;
    if (quietMillis >= limits.coalesceMillis) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), limits.coalesceMillis);
  }

  /** Sends what was gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const rows = this.#pending;
    this.#pending = [];
    this.#lastFlushMillis = this.#clock.monotonicMillis();
    for (const piece of inFrames(rows, limits.frameEntries)) {
      const previous = this.#published;
      const revision = (piece.at(-1) as LogRow).revision;
      this.#published = revision;
      this.#broadcast(
        this.#maker.make({ kind: deltaKind, previous, revision, rows: piece }),
        revision,
      );
    }
  }

  /** Says that nothing is new. */
  heartbeat(): void {
    const at = this.#published;
    const bytes = this.#maker.make({ kind: heartbeatKind, previous: at, revision: at, rows: [] });
    this.#broadcast(bytes, at);
  }
}
