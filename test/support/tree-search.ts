import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { DoorsWatched } from './tree-doors.js';
import { histories, playHistory } from './tree-history.js';
import { KeyPool } from './tree-keys.js';
import { newTally, Play, playBounds, type Step, type Tally } from './tree-play.js';
import { World } from './world.js';

/** Always the same histories, unless another seed is named; a failure names its path, to play it alone. */
const seed = Number(process.env['CREANCE_TREE_SEED'] ?? 20_260_301);
const path = process.env['CREANCE_TREE_PATH'];

const numRuns = 300;
const stepsOfHistory = 120;

/** Files of tests that share the search, so that each core has one. */
const shares = 2;

/** What all shares together look at, at the least. */
const least = { roots: 10_000, children: 3_000, tokens: 2_000 } as const;

// A disk in memory where there is one: what is asked is what is written, not how fast.
if (existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';

const keys = new KeyPool();

async function play(history: readonly Step[], tally: Tally): Promise<void> {
  const world = await World.open({ limits: playBounds, newKey: keys.fromTheFirst() });
  const watched = new DoorsWatched();
  try {
    await playHistory(new Play(world, tally), history);
    // breaks law 7 when: a command or the verifier asks the machine for the time, or for randomness
    expect(watched.strays).toEqual([]);
  } finally {
    watched.stop();
    await world.dispose();
  }
}

/**
 * Plays every second of the histories, from the first (`share` 0) or from the second (1), and holds what it
 * has met against what it must meet. Every share makes all histories, in the same order, so that a path
 * names the same one in each.
 */
export async function searchTrees(share: 0 | 1): Promise<void> {
  const tally = newTally();
  let turn = 0;
  const property = fc.asyncProperty(histories(stepsOfHistory), async (history) => {
    const isOurs = path !== undefined || turn % shares === share;
    turn += 1;
    if (isOurs) await play(history, tally);
  });
  const replay = path === undefined ? {} : { path };
  // A failure tells its story; to make it shorter by halves would take longer than to read it.
  await fc.assert(property, { seed, numRuns, endOnFailure: true, ...replay });
  const { outcomes, ...counts } = tally;
  process.stdout.write(`seed ${seed}: ${JSON.stringify(counts)}\n`);
  if (path !== undefined) return;
  // breaks when: most asks are refused, so that the search looks at less than it says
  expect(tally.roots).toBeGreaterThanOrEqual(least.roots / shares);
  expect(tally.children).toBeGreaterThanOrEqual(least.children / shares);
  expect(tally.tokens).toBeGreaterThanOrEqual(least.tokens / shares);
  expect(tally.deepest).toBeGreaterThanOrEqual(6);
  // Every bound, every kind of cut and every kind of refusal has been met.
  const mustMeet = share === 0 ? [...met, ...metRarely] : met;
  expect(mustMeet.filter((outcome) => !outcomes.has(outcome))).toEqual([]);
}

/** What so few histories meet that it is asked of the first share alone. */
const metRarely: readonly string[] = ['delegate children_limit'];

const met: readonly string[] = [
  ...['workload', 'owner', 'principal', 'upstream', 'evidence-key', 'evidence-issuer'].map(
    (kind) => `cut ${kind} ok`,
  ),
  ...['cut session ok', 'cut before ok', 'cut tokens ok', 'compromise ok', 'theft ok'],
  ...['risk ok', 'revalidate ok', 'revalidate evidence_held', 'resume revalidation_required'],
  ...['suspend ok', 'resume ok', 'rekey ok', 'redeem ok', 'end ok', 'renew ok', 'policy ok'],
  ...['tree_limit', 'delegation_too_deep', 'delegation_not_granted'].map(
    (reason) => `delegate ${reason}`,
  ),
  ...['session_revoked', 'session_ended', 'session_expired', 'session_suspended'].flatMap(
    (reason) => ['issue', 'delegate', 'renew', 'rekey'].map((verb) => `${verb} ${reason}`),
  ),
  ...['scope_not_granted', 'scope_not_in_task', 'lifetime_not_allowed'].map(
    (reason) => `issue ${reason}`,
  ),
  ...['used', 'expired', 'unknown'].map((why) => `redeem child_join_token_${why}`),
];
