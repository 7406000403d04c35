import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, playHistory } from '../support/tree-history.js';
import { KeyPool } from '../support/tree-keys.js';
import { newTally, Play, playBounds } from '../support/tree-play.js';
import { World } from '../support/world.js';

describe('two brokers with the same keys, the same clock and the same randomness', () => {
  // breaks law 7 when: any room reads the time of the machine, or its randomness, past the doors
  it('write the same bytes through the same history, restarts included', async () => {
    // A compromised key is replaced by one that nobody can foresee, and so is one that retires: the first
    // is left out, and this history runs into none of the second.
    const whole = fc.sample(histories(150), { numRuns: 1, seed: 8 })[0] ?? [];
    const history = whole.filter(({ verb }) => verb !== 'compromise');
    const folder = mkdtempSync(join(tmpdir(), 'creance-twins-'));
    const keys = new KeyPool();
    const written: unknown[] = [];
    for (let nth = 0; nth < 2; nth += 1) {
      const ready = nth === 0 ? {} : { keys: folder };
      const world = await World.open({
        ...ready,
        limits: playBounds,
        newKey: keys.fromTheFirst(),
      });
      try {
        if (nth === 0) cpSync(world.keysFolder, folder, { recursive: true });
        await playHistory(new Play(world, newTally()), history);
        written.push(world.under.written());
      } finally {
        await world.dispose();
      }
    }
    rmSync(folder, { recursive: true });
    const [one, other] = written.map((tables) => JSON.stringify(tables, null, 1));
    expect(one).toContain('token_issued');
    expect(other).toBe(one);
  });
});
