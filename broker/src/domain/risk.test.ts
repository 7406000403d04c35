import { describe, expect, it } from 'vitest';
import {
  aboveCalm,
  type Evidence,
  levelMillis,
  levelOf,
  levels,
  nextLevel,
  reaches,
  riskOf,
} from './risk.js';

const none: Evidence = {
  pace: 0,
  chain: 0,
  breadth: 0,
  novelty: 0,
  destination: 0,
  declared: 0,
  fanout: 0,
  denials: 0,
  origin: 0,
  upstream: 0,
  facts: 0,
  isCold: false,
};
const risk = (over: Partial<Evidence>) => riskOf({ ...none, ...over });

describe('levelOf', () => {
  it.each([
    [0, 'calm'],
    [0.3499, 'calm'],
    [0.35, 'observe'],
    [0.55, 'narrow'],
    [0.8, 'suspend'],
    [0.95, 'suspendTree'],
    [1, 'suspendTree'],
  ] as const)('takes a risk of %d for %s', (at, level) => {
    expect(levelOf(at)).toBe(level);
  });

  // Law 11: no sum of signals revokes.
  it('never comes to a revocation', () => {
    for (let at = 0; at <= 100; at += 1) expect(levelOf(at / 100)).not.toBe('revoke');
  });
});

describe('reaches', () => {
  it('orders the levels from mildest to worst', () => {
    for (const [at, level] of levels.entries())
      for (const [other, least] of levels.entries())
        expect(reaches(level, least)).toBe(at >= other);
  });
});

describe('nextLevel', () => {
  it('rises at once', () => {
    expect(nextLevel('calm', 0.96, 0)).toBe('suspendTree');
  });

  // breaks when: the time is not looked at
  it('stays for a minute, and then falls only when the risk is a tenth below', () => {
    expect(nextLevel('narrow', 0.1, levelMillis - 1)).toBe('narrow');
    expect(nextLevel('narrow', 0.46, levelMillis)).toBe('narrow');
    expect(nextLevel('narrow', 0.44, levelMillis)).toBe('observe');
    expect(nextLevel('narrow', 0.1, levelMillis)).toBe('calm');
  });

  it('falls by its tenth also between the lower levels', () => {
    expect(nextLevel('observe', 0.26, levelMillis)).toBe('observe');
    expect(nextLevel('observe', 0.24, levelMillis)).toBe('calm');
  });

  // breaks when: a suspension falls like the others
  it('never falls from a suspension, which a person ends', () => {
    expect(nextLevel('suspend', 0, 1e9)).toBe('suspend');
    expect(nextLevel('suspendTree', 0.85, 1e9)).toBe('suspendTree');
  });
});

describe('riskOf', () => {
  it('is nothing without evidence, and one minus e to the sum with it', () => {
    expect(riskOf(none)).toBe(0);
    expect(risk({ pace: 1.3 })).toBeCloseTo(1 - Math.exp(-1.3));
  });

  // breaks when: the cap of one kind alone is left out
  it('observes surprise alone, and news alone, and no more', () => {
    for (const lone of [
      { chain: 50 },
      { denials: 50 },
      { breadth: 20, novelty: 30, destination: 40 },
    ])
      expect(levelOf(risk(lone))).toBe('observe');
  });

  it('holds news alone of a young workload for less', () => {
    expect(levelOf(risk({ novelty: 50, isCold: true }))).toBe('calm');
    expect(risk({ chain: 50, isCold: true })).toBe(risk({ chain: 50 }));
  });

  it('narrows behaviour that is neither fast nor wide, and does not suspend it', () => {
    expect(levelOf(risk({ chain: 9, destination: 9, denials: 9, pace: 1.19, fanout: 1.19 }))).toBe(
      'narrow',
    );
    expect(levelOf(risk({ chain: 9, pace: 1.2 }))).toBe('suspendTree');
    expect(levelOf(risk({ chain: 9, fanout: 1.2 }))).toBe('suspendTree');
  });

  it('narrows an origin alone, and suspends it together with behaviour', () => {
    expect(levelOf(risk({ origin: 9 }))).toBe('narrow');
    expect(reaches(levelOf(risk({ origin: 2, chain: 0.5 })), 'suspend')).toBe(true);
  });

  it('adds what is certain on top of any cap', () => {
    expect(levelOf(risk({ chain: 50, facts: 1.7 }))).toBe('suspend');
    expect(levelOf(risk({ upstream: 2 }))).toBe('suspend');
  });

  // breaks when: a cap gives the same risk to all that is above it
  it('ranks what is worse higher, also above a cap', () => {
    expect(risk({ chain: 5 })).toBeGreaterThan(risk({ chain: 2 }));
    expect(risk({ origin: 5 })).toBeGreaterThan(risk({ origin: 2 }));
  });
});

describe('aboveCalm', () => {
  it('leaves out what calm sessions show themselves', () => {
    expect([aboveCalm(2, 0.5), aboveCalm(0.2, 0.5)]).toEqual([1.5, 0]);
  });
});
