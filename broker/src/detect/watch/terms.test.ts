import { describe, expect, it } from 'vitest';
import { watchBounds } from './bounds.js';
import { keepTerm, type Term } from './terms.js';

const termOf = (over: Partial<Term>): Term => ({
  at: 0,
  atMillis: 1,
  kind: 'chain',
  resource: 'crm',
  action: 'read',
  added: 0.5,
  words: 'odd',
  ...over,
});

const keep = (terms: Term[], term: Term, replaces: boolean) =>
  keepTerm(terms, term, replaces, () => term);

describe('keepTerm', () => {
  it('keeps terms in their order', () => {
    const terms: Term[] = [];
    for (const at of [1, 2, 3]) keep(terms, termOf({ at }), false);
    expect(terms.map(({ at }) => at)).toEqual([1, 2, 3]);
  });

  // breaks when: the weakest makes room also for what is weaker
  it('keeps the strongest when there are too many', () => {
    const terms: Term[] = [];
    for (let at = 0; at < 1_000; at += 1) keep(terms, termOf({ at, added: at / 1_000 }), false);
    keep(terms, termOf({ at: 9_999, added: 0.001 }), false);
    expect([terms.length, terms[0]?.at, terms.at(-1)?.at]).toEqual([
      watchBounds.watchTerms,
      1_000 - watchBounds.watchTerms,
      999,
    ]);
  });

  it('keeps one term of a kind that is what it is now: the strongest', () => {
    const terms: Term[] = [];
    for (const added of [0.3, 0.9, 0.6]) keep(terms, termOf({ kind: 'fanout', added }), true);
    keep(terms, termOf({ kind: 'denials' }), true);
    expect(terms.map(({ kind, added }) => [kind, added])).toEqual([
      ['fanout', 0.9],
      ['denials', 0.5],
    ]);
  });

  // breaks when: a term is made before it is known whether it is kept
  it('makes no term that it does not keep', () => {
    const terms = Array.from({ length: watchBounds.watchTerms }, (_, at) => termOf({ at }));
    const never = (): Term => {
      throw new Error('made');
    };
    keepTerm(terms, termOf({ added: 0.1 }), false, never);
    keepTerm(terms, termOf({ added: 0.1 }), true, never);
    expect(terms.map(({ at }) => at)).toEqual(Array.from(terms.keys()));
  });
});
