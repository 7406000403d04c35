import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One event of the development data, as its page describes it. */
export interface Event {
  readonly dataset: string;
  readonly session: string;
  readonly label: string;
  readonly t_ms: number | null;
  readonly actor: string;
  readonly system: string;
  readonly src_ip?: string | null;
  readonly key_binding?: string;
  readonly dest?: readonly string[];
  readonly dest_declared?: boolean;
}

/** The events of one session, in order. */
export interface Session {
  readonly id: string;
  readonly label: 'benign' | 'attack' | 'unknown';
  readonly events: readonly Event[];
}

/** Data folder without the files that are needed; says so in a sentence. */
export class NoData extends Error {}

/** The sessions of one log of the data folder. */
export function sessionsOfLog(folder: string, name: string): readonly Session[] {
  const path = join(folder, 'detection', `${name}.ndjson.gz`);
  if (!existsSync(path))
    throw new NoData(
      `${path} is not there: name the folder of the detection data with --data; most of it has no licence, so it is no part of this repository`,
    );
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  return grouped(lines.map((line) => JSON.parse(line) as Event));
}

/** Puts events together by session. */
export function grouped(events: readonly Event[]): readonly Session[] {
  return [...groupedBy(events, ({ session }) => session)].map(([id, group]) => {
    const labels = new Set(group.map(({ label }) => label));
    const others = labels.has('unknown') ? 'unknown' : 'benign';
    return { id, label: labels.has('attack') ? 'attack' : others, events: group };
  });
}

/** Sessions with every event changed. */
export function changed(
  sessions: readonly Session[],
  change: (event: Event) => Event,
): readonly Session[] {
  return sessions.map((session) => ({ ...session, events: session.events.map(change) }));
}

/** Puts values together by a key of theirs, in the order of the first of each. */
export function groupedBy<T>(
  values: readonly T[],
  keyOf: (value: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
