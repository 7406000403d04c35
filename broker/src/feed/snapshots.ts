import { type Revision, revisionZero } from '@creance/proto';
import { type Instant, unixSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { LogRow, Store } from '../store/store.js';
import { type FrameMaker, inFrames, snapshotKind } from './frames.js';

/** Whole views, encoded once for everybody who asks before the next frame. */
export interface Snapshots {
  /** The frames of a snapshot of the log up to a revision. */
  at(revision: Revision): readonly Buffer[];
}

/** Opens snapshots of a log. */
export function snapshots(
  maker: FrameMaker,
  store: Pick<Store, 'logAfter'>,
  now: () => Instant,
): Snapshots {
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

/** The rows that still mean something: a retired token key does not. */
function rowsUpTo(
  store: Pick<Store, 'logAfter'>,
  revision: Revision,
  nowSeconds: number,
): LogRow[] {
  const rows: LogRow[] = [];
  let after = revisionZero;
  for (;;) {
    const page = store.logAfter(after, limits.frameEntries);
    for (const row of page) {
      const retired = row.entry.kind === 'token-key' && row.entry.key.retireAt <= nowSeconds;
      if (row.revision <= revision && !retired) rows.push(row);
    }
    const last = page.at(-1);
    if (last === undefined || last.revision >= revision) return rows;
    after = last.revision;
  }
}
