import { hash } from 'node:crypto';
import { limits } from '../domain/limits.js';

/** What asking the memory about a proof gave. */
export type Remembered = 'fresh' | 'replayed' | 'full';

/**
 * Remembers single-use ids for a window of time. Bounded in all and for each key; when a bound is
 * reached it refuses rather than forgets, so that a flood cannot make room for a replay.
 */
export interface ReplayMemory {
  /** Inserts and checks in one step. `space` keeps kinds of ids apart; `key` owns the id. */
  remember(space: string, key: string, id: string, monotonicMillis: number): Remembered;
  /** Ids remembered now. */
  readonly size: number;
}

interface Bucket {
  readonly endsAt: number;
  readonly ids: Set<string>;
  readonly idsOfKey: Map<string, number>;
}

/**
 * Buckets that a window is cut into: an id is kept for the window and one to two buckets more, that is,
 * for the window even when the wall clock, by which the window is counted, goes back a little.
 */
const bucketsPerWindow = 8;

/** Opens a memory that keeps ids for `windowSeconds` by the monotonic clock. */
export function openReplayMemory(
  windowSeconds: number,
  bounds: { readonly all: number; readonly perKey: number } = {
    all: limits.proofsRemembered,
    perKey: limits.proofsRememberedPerKey,
  },
): ReplayMemory {
  const windowMillis = windowSeconds * 1_000;
  const bucketMillis = windowMillis / bucketsPerWindow;
  const keptMillis = windowMillis + bucketMillis;
  let buckets: Bucket[] = [];
  const sizeOf = () => buckets.reduce((sum, bucket) => sum + bucket.ids.size, 0);
  const currentBucket = (now: number): Bucket => {
    const endsAt = (Math.floor(now / bucketMillis) + 1) * bucketMillis;
    const newest = buckets.at(-1);
    if (newest?.endsAt === endsAt) return newest;
    const bucket = { endsAt, ids: new Set<string>(), idsOfKey: new Map<string, number>() };
    buckets.push(bucket);
    return bucket;
  };
  return {
    get size() {
      return sizeOf();
    },
    remember(space, key, id, now) {
      if ((buckets[0]?.endsAt ?? now) + keptMillis <= now) {
        buckets = buckets.filter((bucket) => bucket.endsAt + keptMillis > now);
      }
      const entry = entryOf(space, key, id);
      if (buckets.some((bucket) => bucket.ids.has(entry))) return 'replayed';
      const ofKey = buckets.reduce((sum, bucket) => sum + (bucket.idsOfKey.get(key) ?? 0), 0);
      if (ofKey >= bounds.perKey || sizeOf() >= bounds.all) return 'full';
      const bucket = currentBucket(now);
      bucket.ids.add(entry);
      bucket.idsOfKey.set(key, (bucket.idsOfKey.get(key) ?? 0) + 1);
      return 'fresh';
    },
  };
}

/** Bytes of an entry's hash: two ids that meet by chance are rarer than any fault of memory. */
const entryBytes = 16;

/**
 * What stands for an id. Its own text may be eight times as long, by whoever chooses it: a million of those
 * would be a quarter of a gigabyte. A byte is a letter here, so that the text is as short as the bytes.
 */
function entryOf(space: string, key: string, id: string): string {
  return hash('sha256', `${space}\n${key}\n${id}`, 'buffer').toString('latin1', 0, entryBytes);
}
