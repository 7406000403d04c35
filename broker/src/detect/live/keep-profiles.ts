import type { Store, WatchRow } from '../../store/store.js';
import type { BoundHit } from '../watch/bounds.js';
import { profileVersion } from '../watch/kept-profile.js';
import { WorkloadProfile } from '../watch/workload-profile.js';
import type { LiveSessions } from './live-sessions.js';

/** Puts back the histories that the store has kept. One that is of another version is forgotten. */
export function restoreProfiles(
  store: Pick<Store, 'watchRows'>,
  sessions: LiveSessions,
  hit: BoundHit,
): void {
  for (const { name, bytes } of store.watchRows('profile')) {
    const profile = profileOf(bytes, hit);
    if (profile !== undefined) sessions.workloads.restoreProfile(name, profile);
  }
}

/** Remembers which histories are kept as they are, so that only what has changed is written. */
export class ProfileKeeper {
  readonly #kept = new Map<string, number>();

  /** Rows for the histories that have changed. */
  changed(sessions: LiveSessions): readonly WatchRow[] {
    const rows: WatchRow[] = [];
    for (const [name, profile] of sessions.profiles()) {
      if (profile.revision === (this.#kept.get(name) ?? 0)) continue;
      const bytes = Buffer.from(JSON.stringify(profile.kept()));
      rows.push({ kind: 'profile', name, bytes });
      this.#kept.set(name, profile.revision);
    }
    return rows;
  }

  /** What could not be written is written again. */
  failed(rows: readonly WatchRow[]): void {
    for (const { name } of rows) this.#kept.delete(name);
  }
}

function profileOf(bytes: Uint8Array, hit: BoundHit): WorkloadProfile | undefined {
  try {
    const kept = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return kept.version === profileVersion ? WorkloadProfile.from(kept, hit) : undefined;
  } catch {
    return undefined;
  }
}
