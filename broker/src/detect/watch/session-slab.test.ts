import { describe, expect, it } from 'vitest';
import { hashText } from './hash.js';
import { SessionSlab } from './session-slab.js';
import { evidenceKinds, isSoundState, kindIndex, stateBytes } from './state-layout.js';

describe('SessionSlab', () => {
  it('keeps 256 bytes a session, in pages', () => {
    const slab = new SessionSlab();
    for (let nth = 0; nth < 1_025; nth += 1) slab.take();
    expect([slab.size, slab.bytes]).toEqual([1_025, 2 * 1_024 * stateBytes]);
  });

  // breaks when: two places of the layout overlap
  it('keeps every place apart from every other', () => {
    const slab = new SessionSlab();
    slab.take();
    for (const [at, name] of (['last', 'turn', 'levelAt'] as const).entries())
      slab.setTime(name, 1_000 + at);
    for (const [at] of evidenceKinds.entries()) slab.setEvidence(at, 10 + at);
    const figures = [
      'weakLead',
      'habitSum',
      'refusals',
      'chainPeak',
      'riskPeak',
      'turnPace',
      'bucket',
    ] as const;
    for (const [at, name] of figures.entries()) slab.setFigure(name, 50 + at);
    const words = ['fanHalf', 'count', 'network', 'client', 'network2'] as const;
    for (const [at, name] of words.entries()) slab.setWord(name, 70_000 + at);
    const halves = ['before', 'earlier', 'system', 'turnWidth', 'habitCount'] as const;
    for (const [at, name] of halves.entries()) slab.setHalf(name, 500 + at);
    slab.setByte('level', 3);
    slab.setByte('flags', 1);
    for (const set of ['steps', 'names', 'denied', 'fanYoung', 'fanOld'] as const)
      for (let hash = 0; hash < 1_000; hash += 1) slab.isNew(set, hash);
    expect((['last', 'turn', 'levelAt'] as const).map((name) => slab.time(name))).toEqual([
      1_000, 1_001, 1_002,
    ]);
    expect(evidenceKinds.map((kind) => slab.evidence(kindIndex[kind]))).toEqual(
      evidenceKinds.map((_, at) => 10 + at),
    );
    expect(figures.map((name) => slab.figure(name))).toEqual(figures.map((_, at) => 50 + at));
    expect(words.map((name) => slab.word(name))).toEqual(words.map((_, at) => 70_000 + at));
    expect(halves.map((name) => slab.half(name))).toEqual(halves.map((_, at) => 500 + at));
    expect([slab.byte('level'), slab.byte('flags')]).toEqual([3, 1]);
  });

  it('gives an empty state, also in the place of one that was given back', () => {
    const slab = new SessionSlab();
    const first = slab.take();
    slab.setEvidence(0, 9);
    slab.release(first);
    expect([slab.take(), slab.evidence(0), slab.isClean()]).toEqual([first, 0, true]);
  });

  it('never takes an old thing of a small set for a new one', () => {
    const slab = new SessionSlab();
    slab.take();
    const seen = Array.from({ length: 300 }, (_, at) => hashText(`thing ${at}`));
    for (const one of seen) slab.isNew('steps', one);
    expect(seen.some((one) => slab.isNew('steps', one) || !slab.has('steps', one))).toBe(false);
    slab.clear('steps');
    expect(seen.some((one) => slab.has('steps', one))).toBe(false);
  });

  it('counts distinct things of two sets to one in ten', () => {
    const slab = new SessionSlab();
    slab.take();
    for (let at = 0; at < 40; at += 1) {
      slab.isNew('fanYoung', hashText(`a ${at % 20}`));
      slab.isNew('fanOld', hashText(`b ${at % 20}`));
    }
    expect(Math.abs(slab.distinct('fanYoung', 'fanOld') - 40)).toBeLessThan(8);
    slab.rotate('fanYoung', 'fanOld');
    expect(Math.abs(slab.distinct('fanYoung', 'fanOld') - 20)).toBeLessThan(4);
  });

  it('puts a copy of a state back as it was', () => {
    const slab = new SessionSlab();
    slab.take();
    slab.setFigure('habitSum', 1.25);
    slab.setWord('count', 7);
    const copy = slab.copy();
    slab.take();
    slab.put(copy);
    expect([slab.figure('habitSum'), slab.word('count')]).toEqual([1.25, 7]);
  });
});

describe('isSoundState', () => {
  const state = (change: (slab: SessionSlab) => void) => {
    const slab = new SessionSlab();
    slab.take();
    change(slab);
    return isSoundState(slab.copy());
  };

  it('takes a state that a session can have', () => {
    expect(state((slab) => slab.setEvidence(3, 2.5))).toBe(true);
  });

  // breaks when: a check of isSoundState is left out
  it.each([
    ['no number for a time', (slab: SessionSlab) => slab.setTime('last', Number.NaN)],
    ['a time before all times', (slab: SessionSlab) => slab.setTime('turn', -1)],
    ['no number for evidence', (slab: SessionSlab) => slab.setEvidence(2, Number.NaN)],
    ['evidence below zero', (slab: SessionSlab) => slab.setEvidence(2, -1)],
    ['evidence without end', (slab: SessionSlab) => slab.setEvidence(2, Number.POSITIVE_INFINITY)],
    ['no number for a figure', (slab: SessionSlab) => slab.setFigure('riskPeak', Number.NaN)],
    ['a level that there is not', (slab: SessionSlab) => slab.setByte('level', 6)],
  ])('refuses %s', (_, change) => {
    expect(state(change)).toBe(false);
  });
});
