import {
  changed,
  type Event,
  grouped,
  groupedBy,
  type Session,
  sessionsOfLog,
} from './evaluate-data.js';
import type { Fold } from './evaluate-play.js';

/** Share of a user's blocks that is history, and blocks of each other user that are put under his name. */
const historyShare = 0.6;
const masqueradesPerPair = 20;

/** Two folds by a number of each session: benign sessions of one teach, the other is judged, and swapped. */
function twoFolds(
  sessions: readonly Session[],
  foldOf: (session: Session) => number,
): readonly Fold[] {
  return [0, 1].map((fold) => ({
    learned: sessions.filter((one) => foldOf(one) !== fold && one.label === 'benign'),
    judged: sessions.filter((one) => foldOf(one) === fold),
  }));
}

/** Folds by model: names sorted, even and odd positions. */
function foldsByModel(
  sessions: readonly Session[],
  modelOf: (id: string) => string | undefined,
): readonly Fold[] {
  const models = [...new Set(sessions.map(({ id }) => modelOf(id)))].sort();
  return twoFolds(sessions, ({ id }) => models.indexOf(modelOf(id)) % 2);
}

/** T5: a stolen token in a live session; its other network comes without the session's key. */
export function splice(
  folder: string,
  change: (sessions: readonly Session[]) => readonly Session[] = (same) => same,
): readonly Fold[] {
  const proved = changed(sessionsOfLog(folder, 'splice_agentdojo'), (event) => ({
    ...event,
    key_binding: event.src_ip?.startsWith('203.0.113.') === true ? 'none' : 'jkt-owner',
  }));
  return foldsByModel(change(proved), (id) => {
    const [sort, second, , fourth] = id.split('/');
    return sort === 'a' ? fourth : second;
  });
}

/** T1b: an agent that carries out injected tasks; unseen models. */
export function injected(
  folder: string,
  change: (event: Event) => Event = (same) => same,
): readonly Fold[] {
  const known = sessionsOfLog(folder, 'agentdojo').filter(({ label }) => label !== 'unknown');
  return foldsByModel(changed(known, change), (id) => id.split('/')[0]);
}

/** T2: another user's commands under a user's name. */
export function masquerade(folder: string): readonly Fold[] {
  const byUser = groupedBy(
    sessionsOfLog(folder, 'purdue_unix'),
    ({ events }) => events[0]?.actor ?? '',
  );
  const learned: Session[] = [];
  const later = new Map<string, readonly Session[]>();
  for (const [user, blocks] of byUser) {
    const split = Math.floor(blocks.length * historyShare);
    learned.push(...blocks.slice(0, split));
    later.set(user, blocks.slice(split));
  }
  const judged = [...later.values()].flat();
  for (const user of later.keys())
    for (const [other, blocks] of later)
      if (user !== other) judged.push(...masqueradesOf(user, blocks));
  return [{ learned, judged }];
}

function masqueradesOf(user: string, blocks: readonly Session[]): readonly Session[] {
  return Array.from({ length: masqueradesPerPair }, (_, nth) => {
    const block = blocks[Math.floor((nth * blocks.length) / masqueradesPerPair)] as Session;
    const id = `${user} by ${block.id} ${nth}`;
    const events = block.events.map((event) => {
      return { ...event, actor: user, session: id, label: 'attack' };
    });
    return { id, label: 'attack' as const, events };
  });
}

/** T4: attacks on cloud accounts among service batches and console work; benign sessions by time in turn. */
export function cloud(folder: string): readonly Fold[] {
  const sessions = cloudSessions(folder);
  const start = ({ events }: Session) => events[0]?.t_ms ?? 0;
  const inOrder = sessions
    .filter(({ label }) => label === 'benign')
    .sort((one, other) => start(one) - start(other));
  const places = new Map(inOrder.map((session, at) => [session, at]));
  return twoFolds(sessions, (session) => (places.get(session) ?? 0) % 2);
}

/** T4 without any history. */
export function cloudCold(folder: string): readonly Fold[] {
  return [{ learned: [], judged: cloudSessions(folder) }];
}

function cloudSessions(folder: string): readonly Session[] {
  return ['stratus_cloudtrail', 'otrf_cloud', 'invictus_o365']
    .flatMap((name) => sessionsOfLog(folder, name))
    .filter(({ label }) => label !== 'unknown');
}

/** Folds whose history is cut to the first events of each workload. */
export function cold(folds: readonly Fold[], eventsPerWorkload: number): readonly Fold[] {
  return folds.map(({ learned, judged }) => {
    const seen = new Map<string, number>();
    const events = learned.flatMap((session) => session.events);
    const kept = events.filter(({ actor }) => {
      const count = seen.get(actor) ?? 0;
      seen.set(actor, count + 1);
      return count < eventsPerWorkload;
    });
    return { learned: grouped(kept), judged };
  });
}

/** Every other resource's clock two seconds ahead, and events as they then seem to follow each other. */
export function skewed(sessions: readonly Session[]): readonly Session[] {
  const systems = [
    ...new Set(sessions.flatMap(({ events }) => events.map(({ system }) => system))),
  ];
  const isAhead = new Set(systems.sort().filter((_, at) => at % 2 === 1));
  return changed(sessions, (event) => {
    const { t_ms: at, system } = event;
    return at === null || !isAhead.has(system) ? event : { ...event, t_ms: at + 2_000 };
  }).map((session) => ({
    ...session,
    events: [...session.events].sort((one, other) => (one.t_ms ?? 0) - (other.t_ms ?? 0)),
  }));
}

/** Times in whole seconds. */
export function wholeSeconds(sessions: readonly Session[]): readonly Session[] {
  return changed(sessions, (event) => {
    const { t_ms: at } = event;
    return at === null ? event : { ...event, t_ms: Math.floor(at / 1_000) * 1_000 };
  });
}
