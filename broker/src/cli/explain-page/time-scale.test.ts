import { describe, expect, it } from 'vitest';
import { sinceText, ticksOf, timeScale } from './time-scale.js';

/** A calm half of five seconds a step, and then sixty actions a second. */
const instants = [
  ...Array.from({ length: 20 }, (_, at) => at * 5_000),
  ...Array.from({ length: 20 }, (_, at) => 95_016 + at * 16),
];

describe('timeScale', () => {
  it('keeps the order, and leaves every instant a place of its own', () => {
    const scale = timeScale(instants, 0, 1_000);
    const places = instants.map((at) => scale.x(at));
    expect([places[0], places.at(-1)]).toEqual([0, 1_000]);
    const steps = places.slice(1).map((x, at) => x - (places[at] as number));
    // breaks when: time is drawn as it is: 16 ms of 95 s are then a sixth of a pixel
    expect(Math.min(...steps)).toBeGreaterThan(8);
    expect(Math.max(...steps)).toBeLessThan(80);
  });

  it('goes back from a place to its instant', () => {
    const scale = timeScale(instants, 10, 510);
    for (const at of [...instants, 2_500, 47_123]) expect(scale.at(scale.x(at))).toBeCloseTo(at, 3);
  });

  it('puts what lies outside at its ends', () => {
    const scale = timeScale([1_000, 2_000], 0, 10);
    expect([scale.x(0), scale.x(9_000), scale.at(-5), scale.at(99)]).toEqual([0, 10, 1_000, 2_000]);
  });

  it.each([
    ['one instant', [7], 50],
    ['the same one twice', [7, 7], 50],
    ['none', [], 50],
  ])('stands in the middle with %s', (_name, all, x) => {
    expect(timeScale(all, 0, 100).x(7)).toBe(x);
  });
});

describe('ticksOf', () => {
  it.each([240, 560, 990])('leaves 84 pixels to each label at a width of %i', (right) => {
    const xs = ticksOf(timeScale(instants, 0, right), 0, right).map(({ x }) => x);
    const steps = xs.slice(1).map((x, at) => x - (xs[at] as number));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(84);
  });

  it('says nothing twice', () => {
    expect(ticksOf(timeScale([5, 5], 0, 900), 0, 900)).toEqual([{ x: 450, label: '+0 ms' }]);
  });
});

describe('sinceText', () => {
  it.each([
    [413, '+413 ms'],
    [3_210, '+3.21 s'],
    [12_410, '+12.4 s'],
    [125_100, '+2:05.1'],
    [59_999, '+60.0 s'],
    [3_599_990, '+1:00:00'],
    [10_925_000, '+3:02:05'],
  ])('says %i ms as %s', (millis, text) => {
    expect(sinceText(millis)).toBe(text);
  });
});
