import { describe, expect, it } from 'vitest';
import type { Term } from '../watch/terms.js';
import { decidedBy } from './decided-by.js';

const term = (kind: Term['kind'], added: number, atMillis: number | undefined): Term => ({
  at: 0,
  atMillis,
  kind,
  resource: 'crm',
  action: 'read',
  added,
  words: 'words',
});

describe('decidedBy', () => {
  it('names the kinds that weighed most, the strongest first, and no trifle', () => {
    const terms = [
      term('chain', 0.9, 1_000),
      term('pace', 1.5, 1_000),
      term('novelty', 0.05, 1_000),
      term('chain', 0.9, 1_000),
    ];
    expect(decidedBy(terms, 1_000)).toEqual(['chain', 'pace']);
  });

  // breaks when: what has faded counts whole
  it('lets evidence fade as the engine does: speed within half a minute', () => {
    const terms = [term('pace', 2, 0), term('chain', 1, 0)];
    expect(decidedBy(terms, 0)[0]).toBe('pace');
    expect(decidedBy(terms, 60_000)[0]).toBe('chain');
  });

  it('does not know what came later', () => {
    expect(decidedBy([term('pace', 2, 2_000), term('origin', 1, 1_000)], 1_500)).toEqual([
      'origin',
    ]);
  });

  it('counts evidence without a time, and names three kinds at most', () => {
    const kinds = ['pace', 'chain', 'origin', 'facts'] as const;
    const terms = kinds.map((kind) => term(kind, 1, undefined));
    expect(decidedBy(terms, 5_000)).toEqual(['pace', 'chain', 'origin']);
    expect(decidedBy([], 5_000)).toEqual([]);
  });
});
