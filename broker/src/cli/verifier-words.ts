import type { VerifierSummary } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { listedVerifiers } from './operator-call.js';
import { CommandFailed, printable } from './output.js';
import { listedSessions } from './sessions.js';

/** Sessions of the broker's own members that are looked through at most. */
const sessionsLooked = 200;

/** How far a verifier is behind the head of the log. Revisions are microseconds of the broker's clock. */
export function lagText({ acknowledgedRevision }: VerifierSummary, head: bigint): string {
  if (acknowledgedRevision === 0n) return 'never acknowledged';
  const millis = Number((head - acknowledgedRevision) / 1_000n);
  return millis < 1_000 ? `${millis} ms behind` : `${(millis / 1_000).toFixed(1)} s behind`;
}

/**
 * Resources that a verifier has joined for and none listens for now, as after a restart of the broker: they are in
 * no count of those that are subscribed. Of a broker that is not willing to say, none.
 */
export async function resourcesAway(line: OperatorLine): Promise<readonly string[]> {
  try {
    const { rows } = await listedSessions(line, { owner: 'creance', limit: sessionsLooked });
    const joined = rows.filter(({ kind }) => kind === 'verifier').map(({ name }) => name);
    if (joined.length === 0) return [];
    const { verifiers } = await listedVerifiers(line);
    const there = new Set(verifiers.map(({ resource }) => resource));
    return [...new Set(joined)].filter((name) => !there.has(name)).sort();
  } catch (fault) {
    if (fault instanceof CommandFailed) return [];
    throw fault;
  }
}

/** What it means that nobody listens for a resource. */
export function awayWords(resource: string): string {
  return `${printable(resource)} has a verifier that has joined, and none that listens now: it hears of this when it comes back; until then it refuses by itself if it is strict, and goes on if it is bestEffort — see creance verifier ls`;
}
