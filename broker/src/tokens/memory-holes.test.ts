import { proofWindowSeconds } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { openMemoryHoles, stepBackMillisMax } from './memory-holes.js';

let clock: FakeClock;
let hasHoles: () => boolean;

beforeEach(() => {
  clock = new FakeClock();
  hasHoles = openMemoryHoles(clock);
});

/** Seconds until there are no holes any more, to the tenth. */
function secondsOfHoles(): number {
  for (let tenths = 0; ; tenths += 1) {
    if (!hasHoles()) return tenths / 10;
    clock.advance(0.1);
  }
}

describe('the holes of the memory', () => {
  it('last for one window after the start', () => {
    expect(secondsOfHoles()).toBeCloseTo(proofWindowSeconds, 0);
    clock.advance(100_000);
    expect(hasHoles()).toBe(false);
  });

  // breaks when: the step is measured between two questions by the wall clock alone
  it('come with a step back of the wall, though nobody asked while it was ahead', () => {
    clock.advance(3_600);
    hasHoles();
    clock.advance(120);
    clock.stepWall(-61);
    expect(secondsOfHoles()).toBeCloseTo(61 + proofWindowSeconds, 0);
  });

  it('do not come with a step forward, and come with the step back after it', () => {
    clock.advance(3_600);
    hasHoles();
    clock.stepWall(3_600);
    expect(hasHoles()).toBe(false);
    clock.stepWall(-3_600);
    expect(secondsOfHoles()).toBeCloseTo(3_600 + proofWindowSeconds, 0);
  });

  it('do not come with the jitter of clocks, and come when small steps add up', () => {
    clock.advance(3_600);
    for (let second = 0; second < 100; second += 1) {
      clock.advance(1);
      clock.stepWall(second % 2 === 0 ? -0.05 : 0.05);
      expect(hasHoles()).toBe(false);
    }
    const small = stepBackMillisMax / 2_000;
    clock.stepWall(-small);
    clock.stepWall(-small);
    expect(hasHoles()).toBe(false);
    clock.stepWall(-small);
    expect(hasHoles()).toBe(true);
  });
});
