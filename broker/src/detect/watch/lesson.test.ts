import { describe, expect, it } from 'vitest';
import { watchBounds } from './bounds.js';
import { Lesson } from './lesson.js';

describe('Lesson', () => {
  it('gives its steps back as they were noted', () => {
    const lesson = new Lesson();
    lesson.noteStep(2_000, undefined, false);
    lesson.noteStep(7, 0.5, true);
    lesson.noteStep(0, -3.5, false);
    expect(lesson.steps).toEqual([
      { action: 2_000, gap: undefined, denied: false },
      { action: 7, gap: 0.5, denied: true },
      { action: 0, gap: -3.5, denied: false },
    ]);
  });

  // breaks when: the bound is not looked at
  it('keeps the first steps up to its bound, and takes no more', () => {
    const lesson = new Lesson();
    const taken = Array.from({ length: 1_000 }, (_, at) => lesson.noteStep(at, 1, false));
    expect(taken.filter(Boolean).length).toBe(watchBounds.watchLessons);
    expect(lesson.steps.map(({ action }) => action)).toEqual(
      Array.from({ length: watchBounds.watchLessons }, (_, at) => at),
    );
  });

  // breaks when: what is told takes room from what is seen
  it('bounds pairs, and what is told, each for itself', () => {
    const lesson = new Lesson();
    const told = Array.from({ length: 1_000 }, (_, at) => lesson.tell(`read>${at}`));
    for (let at = 0; at < 1_000; at += 1) lesson.notePair(`read>${at}`);
    expect([lesson.set('pairs').size, lesson.set('told').size]).toEqual([
      watchBounds.watchPairs,
      watchBounds.watchTold,
    ]);
    expect([told.filter(Boolean).length, lesson.tell('read>0')]).toEqual([
      watchBounds.watchTold,
      false,
    ]);
    expect([lesson.notePair('read>0'), lesson.notePair('read>new')]).toEqual([true, false]);
  });

  // breaks when: gapParts is 16
  it('keeps a gap to a thousandth, and the widest ones at their most', () => {
    const lesson = new Lesson();
    for (const gap of [-3.912, 1.5041, 99, -99]) lesson.noteStep(1, gap, false);
    const gaps = lesson.steps.map(({ gap }) => gap as number);
    expect(Math.abs((gaps[0] as number) + 3.912)).toBeLessThan(0.001);
    expect(Math.abs((gaps[1] as number) - 1.5041)).toBeLessThan(0.001);
    expect(Math.round(gaps[2] as number)).toBe(24);
    expect(gaps[3]).toBe(-8);
  });

  it('takes a number that there is not for other', () => {
    const lesson = new Lesson();
    lesson.noteStep(60_000, undefined, true);
    expect(lesson.steps).toEqual([{ action: 0, gap: undefined, denied: true }]);
  });

  it('bounds origins', () => {
    const lesson = new Lesson();
    for (let at = 0; at < 100; at += 1) lesson.noteOrigin('networks', `10.0.${at}.0/24`);
    lesson.noteOrigin('clients', undefined);
    expect([lesson.set('networks').size, lesson.set('clients').size]).toEqual([8, 0]);
  });
});
