import { describe, expect, it } from 'vitest';
import { sleepAware } from './clock.js';

function clocks() {
  const at = { wall: 5_000_000, steady: 0 };
  const read = sleepAware(
    () => at.wall,
    () => at.steady,
  );
  return { at, read };
}

describe('sleepAware', () => {
  it('follows the steady clock', () => {
    const { at, read } = clocks();
    at.steady += 700;
    at.wall += 700;
    expect(read()).toBe(700);
  });

  // breaks when: `slept` is left out; a view would look fresh after a night.
  it('counts the time that the machine slept', () => {
    const { at, read } = clocks();
    at.steady += 10;
    at.wall += 3_600_000;
    expect(read()).toBeGreaterThanOrEqual(3_599_000);
  });

  it('never goes back when the wall clock steps back', () => {
    const { at, read } = clocks();
    at.steady += 100;
    const before = read();
    at.wall -= 3_600_000;
    at.steady += 1;
    expect(read()).toBe(before + 1);
  });

  it('adds nothing for a wall clock that is read coarsely', () => {
    const { at, read } = clocks();
    for (let step = 1; step <= 1_000; step += 1) {
      at.steady += 0.5;
      at.wall = 5_000_000 + Math.floor(at.steady / 10) * 10;
      read();
    }
    expect(read()).toBe(500);
  });
});
