import { expect, it } from 'vitest';
import { attributeWords, spanWords } from './span-words.js';

// breaks when: an attribute is pinned and no span of the reference has it, or a span has one without words
it('every attribute is on a span of the reference, and every span names attributes with words', () => {
  const used = new Set(Object.values(spanWords).flatMap(({ attributes }) => attributes));
  expect([...used].sort()).toEqual(Object.keys(attributeWords).sort());
});
