import { creance } from '../lib/processes.js';
import { type Scene, tell, timed } from './scene.js';

/** One session of `creance explain -o json`, as far as the story tells it. */
export interface Explained {
  readonly session: string;
  readonly level: string;
  readonly state: string;
}

/** What the watch knows of a session. */
export async function explained({ stage }: Scene, sessionId: string): Promise<Explained> {
  const json = await creance('explain', sessionId, '--data', stage.data, '-o', 'json');
  const { sessions } = JSON.parse(json) as { readonly sessions: readonly Explained[] };
  const found = sessions.find(({ session }) => session === sessionId);
  if (found === undefined) throw new Error('the watch does not know the session');
  return found;
}

/** Entries of evidence that the story shows: the strongest up to the hold. */
const entriesShown = 5;

/** A line of the timeline: when, what it adds or the risk, and the kind of evidence. */
const entryForm = /^[\d:.]+ +\+?([\d.]+) +(\w+) /;

/** Shows why, as an operator reads it: the lines of the timeline that led to the hold, and the hold. */
export async function tellWhy({ stage, narrator }: Scene, sessionId: string): Promise<void> {
  const why = await timed(() => creance('explain', sessionId, '--data', stage.data));
  const lines = why.outcome.split('\n');
  const head = lines.filter((line) => /^at +adds /.test(line));
  const hold = lines.findIndex((line) => / decision +suspend/.test(line));
  const shown = strongest(lines.slice(0, hold));
  const outcome = `${lines.length} lines, of which`;
  tell(narrator, 'creance explain …', { ...why, outcome }, /^\d\d+ lines, of which$/);
  for (const line of [...head, ...shown, ...lines.slice(hold, hold + 1)]) narrator.say(line);
}

/** The entries that add most, in their order. */
function strongest(lines: readonly string[]): readonly string[] {
  const entries = lines.filter((line) => (entryForm.exec(line)?.[2] ?? 'decision') !== 'decision');
  const adds = (line: string) => Number(entryForm.exec(line)?.[1]);
  const chosen = entries.toSorted((one, other) => adds(other) - adds(one)).slice(0, entriesShown);
  return entries.filter((line) => chosen.includes(line));
}
