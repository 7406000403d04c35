import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, playHistory } from '../support/tree-history.js';
import { KeyPool } from '../support/tree-keys.js';
import { newTally, Play, playBounds, type Step, type Tally } from '../support/tree-play.js';
import { World } from '../support/world.js';

/** Always the same histories, unless another seed is named; a failure names its path, to play it alone. */
const seed = Number(process.env['CREANCE_TREE_SEED'] ?? 20_260_301);
const path = process.env['CREANCE_TREE_PATH'];

const treesLeast = 10_000;
const numRuns = 300;
const stepsOfHistory = 120;

// A disk in memory where there is one: what is asked is what is written, not how fast.
if (existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';

const keys = new KeyPool();
const tally: Tally = newTally();

async function play(history: readonly Step[]): Promise<void> {
  const world = await World.open({ limits: playBounds, newKey: keys.fromTheFirst() });
  try {
    await playHistory(new Play(world, tally), history);
  } finally {
    await world.dispose();
  }
}

describe('any history of opens, delegations, renewals, rekeys, cuts, holds, thefts, policies, restarts and clocks', () => {
  it(`keeps the laws at broker and verifier, over ${treesLeast} trees`, {
    timeout: 900_000,
  }, async () => {
    const property = fc.asyncProperty(histories(stepsOfHistory), play);
    const replay = path === undefined ? {} : { path };
    // A failure tells its story; to make it shorter by halves would take longer than to read it.
    await fc.assert(property, { seed, numRuns, endOnFailure: true, ...replay });
    const { outcomes, ...counts } = tally;
    process.stdout.write(`seed ${seed}: ${JSON.stringify(counts)}\n`);
    if (path !== undefined) return;
    // breaks when: most asks are refused, so that the search looks at less than it says
    expect(tally.roots).toBeGreaterThanOrEqual(treesLeast);
    expect(tally.children).toBeGreaterThanOrEqual(3_000);
    expect(tally.tokens).toBeGreaterThanOrEqual(2_000);
    expect(tally.deepest).toBeGreaterThanOrEqual(6);
    // Every bound, every kind of cut and every kind of refusal has been met.
    for (const outcome of met) expect(outcomes.get(outcome), outcome).toBeGreaterThan(0);
  });
});

const met: readonly string[] = [
  ...['workload', 'owner', 'principal', 'upstream', 'evidence-key', 'evidence-issuer'].map(
    (kind) => `cut ${kind} ok`,
  ),
  ...['cut session ok', 'cut before ok', 'cut tokens ok', 'compromise ok', 'theft ok'],
  ...['risk ok', 'revalidate ok', 'revalidate evidence_held', 'resume revalidation_required'],
  ...['suspend ok', 'resume ok', 'rekey ok', 'redeem ok', 'end ok', 'renew ok', 'policy ok'],
  ...['children_limit', 'tree_limit', 'delegation_too_deep', 'delegation_not_granted'].map(
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
