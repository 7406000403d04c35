import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isLong } from '../support/long.js';
import { runSimulator } from '../support/simulator-run.js';

/** Seeds that `npm test` plays, and those of a long run. */
const seeds = isLong ? 100_000 : 10_000;

/** Seeds that are played over the files of a real store too. */
const seedsOnFiles = 200;

const minute = 60_000;

const regressions: readonly { seed: number; law: string; note: string }[] = JSON.parse(
  readFileSync(new URL('regressions.json', import.meta.url), 'utf8'),
);

describe('the simulator', () => {
  it.each(regressions)('holds $law again with seed $seed: $note', async ({ seed }) => {
    const { code, output } = await runSimulator('--seed', String(seed));
    expect(code, output).toBe(0);
  });

  // breaks when: any patch of `planted/` is applied
  it(
    `finds no law broken in ${seeds} seeds`,
    async () => {
      const { code, output } = await runSimulator('--seeds', String(seeds));
      process.stdout.write(output);
      expect(code, output).toBe(0);
      expect(output).toContain(`${seeds} seeds,`);
      const did = JSON.parse(/\{.*\}/.exec(output)?.[0] ?? '{}');
      // breaks when: most of what is asked is refused, so that the laws are held against nothing
      expect(did.tokens).toBeGreaterThan(3 * seeds);
      expect(did.taken).toBeGreaterThan(seeds);
      expect(did.sessions).toBeGreaterThan(6 * seeds);
      // breaks when: no cut is made while the disk fails
      expect(did.journalled).toBeGreaterThan(seeds / 1_000);
    },
    isLong ? 60 * minute : 10 * minute,
  );

  it(
    `finds none in ${seedsOnFiles} seeds over the files of a real store`,
    async () => {
      const { code, output } = await runSimulator('--seeds', String(seedsOnFiles), '--files');
      process.stdout.write(output);
      expect(code, output).toBe(0);
    },
    5 * minute,
  );

  // breaks law 7 when: a rule asks the machine for the time or for randomness, in place of its door
  it('plays the same seed to the same history, byte for byte, in every process', async () => {
    const [one, other, next] = await Promise.all(
      ['7', '7', '8'].map((seed) => runSimulator('--seed', seed, '--trace')),
    );
    expect(one?.output).toContain('history ');
    expect(withoutPace(one?.output)).toBe(withoutPace(other?.output));
    expect(withoutPace(next?.output)).not.toBe(withoutPace(one?.output));
  }, 60_000);
});

/** A run's words without how long it took. */
function withoutPace(output = ''): string {
  return output.replace(/[\d.]+ s, [\d.]+ seeds\/s, [\d.]+ CPU s/, '');
}
