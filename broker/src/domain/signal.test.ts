import { describe, expect, it } from 'vitest';
import { meaningOf } from './signal.js';

describe('what a refusal means', () => {
  it.each([
    ['proof_replayed', 'proof_replayed'],
    ['token_cut_before', 'token_cut'],
    ['token_wrong_audience', 'wrong_audience'],
    ['insufficient_scope', 'scope_refused'],
  ])('%s is %s', (refusal, meaning) => {
    expect(meaningOf(refusal)).toBe(meaning);
  });

  // breaks when: the reporter's text is passed on: then it names our metrics
  it.each(['__proto__', 'constructor', 'x'.repeat(64), '', undefined])(
    'a word that nobody knows is one kind: %j',
    (refusal) => {
      expect(meaningOf(refusal)).toBe('refused_otherwise');
    },
  );
});
