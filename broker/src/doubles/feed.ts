import { ok, type Revision, revisionZero } from '@creance/proto';
import { Frame, SubscribeResponse } from '@creance/proto/wire';
import type { SessionEnd } from '../domain/session.js';
import type { SubscriberLine } from '../feed/subscriber.js';
import type { AuditHead, LogReads, LogRow, Store } from '../store/store.js';
import { handleOf } from './ids.js';
import { sessionOf } from './sessions.js';

/** For tests: a row that cuts a handle, at a revision. */
export function cutRow(revision: number, name: string | number = revision): LogRow {
  const entry = { kind: 'handle', handle: handleOf(name), absolute: true } as const;
  return { revision: revision as Revision, entry };
}

/** For tests: rows that cut a handle each, from one revision to another. */
export function cutRows(from: number, to: number): LogRow[] {
  return Array.from({ length: to - from + 1 }, (_, at) => cutRow(from + at));
}

/** For tests: what a message of the feed says; the frame decoded. */
export function readMessage(bytes: Buffer): { readonly frame?: Frame; readonly resync?: number } {
  const { kind } = SubscribeResponse.decode(bytes);
  if (kind?.$case === 'frame') return { frame: Frame.decode(kind.value.frame) };
  return kind?.$case === 'resync' ? { resync: Number(kind.value.afterRevision) } : {};
}

/** For tests: a line to a subscriber that keeps what it got and blocks when told. */
export class FakeLine implements SubscriberLine {
  readonly messages: Buffer[] = [];
  /** Reasons of the ends that came; `in order` for one without. */
  readonly ends: string[] = [];
  isBlocked: boolean = false;
  #resume: () => void = () => {};

  write(bytes: Buffer): boolean {
    this.messages.push(bytes);
    return !this.isBlocked;
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  end(reason?: string): void {
    this.ends.push(reason ?? 'in order');
  }

  /** Lets writing go on. */
  drain(): void {
    this.isBlocked = false;
    this.#resume();
  }

  get frames(): Frame[] {
    return this.messages.map((bytes) => readMessage(bytes).frame).filter((frame) => !!frame);
  }

  /** Revisions of the entries that came, frame by frame. */
  get revisions(): number[] {
    return this.frames.flatMap(({ entries }) => entries.map(({ revision }) => Number(revision)));
  }
}

/** For tests: a revocation log in memory, with sessions that live until they are named as dead. */
export class FakeLog implements LogReads, Pick<Store, 'path'> {
  rows: LogRow[] = [];
  audit: AuditHead = { sequence: 0, hash: new Uint8Array(32) };
  #floor: Revision = revisionZero;
  readonly dead: Map<string, SessionEnd | undefined> = new Map();
  #listener: ((rows: readonly LogRow[]) => void) | undefined;

  head(): Revision {
    return this.rows.at(-1)?.revision ?? revisionZero;
  }

  auditHead(): AuditHead {
    return this.audit;
  }

  floor(): Revision {
    return this.#floor;
  }

  async raiseFloor(to: Revision): ReturnType<LogReads['raiseFloor']> {
    this.#floor = Math.max(this.#floor, to) as Revision;
    return ok(undefined);
  }

  standingRows(): readonly LogRow[] {
    return this.rows.filter(({ entry }) => entry.kind !== 'handle');
  }

  logAfter(revision: Revision, limit: number): readonly LogRow[] {
    return this.rows.filter((row) => row.revision > revision).slice(0, limit);
  }

  isKnownRevision(revision: Revision): boolean {
    return revision === revisionZero || this.rows.some((row) => row.revision === revision);
  }

  onLog(listener: (rows: readonly LogRow[]) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  path(id: string): ReturnType<Store['path']> {
    if (this.dead.has(id) && this.dead.get(id) === undefined) return [];
    return [{ ...sessionOf('any'), id: id as never, end: this.dead.get(id) }];
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#listener !== undefined;
  }

  /** Commits rows without telling anybody yet. */
  commit(...rows: LogRow[]): void {
    this.rows.push(...rows);
  }

  /** Tells who listens of rows that were committed. */
  tell(...rows: LogRow[]): void {
    this.#listener?.(rows);
  }

  /** Commits rows and tells who listens. */
  append(...rows: LogRow[]): void {
    this.commit(...rows);
    this.tell(...rows);
  }
}
