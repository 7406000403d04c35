import { type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import { type Instant, unixSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { LogReads, LogRow } from '../store/store.js';
import { type FrameMaker, inFrames, snapshotKind } from './frames.js';

/** What a snapshot is made from. */
export type SnapshotReads = Pick<LogReads, 'logAfter' | 'floor' | 'standingRows'>;

/** Whole views, encoded once for everybody who asks before the next frame. */
export interface Snapshots {
  /** The frames of a snapshot of the log up to a revision. */
  at(revision: Revision): readonly Buffer[];
}

/** Opens snapshots of a log. */
export function snapshots(maker: FrameMaker, store: SnapshotReads, now: () => Instant): Snapshots {
  let frames: readonly Buffer[] = [];
  let madeAt = -1;
  let standsAt = revisionZero;
  return {
    at(revision) {
      // Verifiers take no frame that is older than one they have seen, so a kept snapshot serves only
      // until any other frame is made: in a herd of reconnects that is one snapshot a heartbeat.
      if (maker.lastMadeAt !== madeAt || standsAt !== revision) {
        frames = build(maker, rowsUpTo(store, revision, unixSeconds(now())), revision);
        madeAt = maker.lastMadeAt;
        standsAt = revision;
      }
      return frames;
    },
  };
}

function build(maker: FrameMaker, rows: readonly LogRow[], revision: Revision): Buffer[] {
  const pieces = inFrames(rows, limits.frameEntries);
  return pieces.map((piece, part) =>
    maker.make({
      kind: snapshotKind,
      previous: revisionZero,
      revision,
      rows: piece,
      snapshot: { part, last: part === pieces.length - 1 },
    }),
  );
}

/**
 * The rows that still mean something: those above the floor, and of those below it token keys in use, cuts of
 * such, and the last cut of everything before. So a snapshot grows with what lives, not with the log.
 */
function rowsUpTo(store: SnapshotReads, revision: Revision, nowSeconds: number): LogRow[] {
  const floor = store.floor();
  const standing = inUse(store.standingRows(), nowSeconds);
  const rows = standing.filter((row) => row.revision <= Math.min(floor, revision));
  const matters = new Set(standing.map((row) => row.revision));
  let after = floor;
  for (;;) {
    const page = store.logAfter(after, limits.frameEntries);
    for (const row of page) {
      const isKey = row.entry.kind === 'token-key' || row.entry.kind === 'key-cut';
      if (row.revision <= revision && (!isKey || matters.has(row.revision))) rows.push(row);
    }
    const last = page.at(-1);
    if (last === undefined || last.revision >= revision) return rows;
    after = last.revision;
  }
}

/** Without the token keys that have retired, and their cuts: nobody takes a token of theirs. */
function inUse(standing: readonly LogRow[], nowSeconds: number): readonly LogRow[] {
  const retired = new Set<Thumbprint>();
  for (const { entry } of standing) {
    if (entry.kind === 'token-key' && entry.key.retireAt <= nowSeconds)
      retired.add(entry.key.keyId);
  }
  return standing.filter(({ entry }) => {
    if (entry.kind === 'token-key') return !retired.has(entry.key.keyId);
    return entry.kind !== 'key-cut' || !retired.has(entry.keyId);
  });
}
