import { SuggestEnvelopeResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { writeSuggestEnvelope } from './convert-envelope.js';

const answer = {
  yaml: 'pace:\n',
  sessions: 7,
  actions: 40,
  unusedResources: ['billing'],
  unusedScopes: ['crm contacts:export'],
};

describe('writeSuggestEnvelope', () => {
  it('writes what was never used, and never asked for', () => {
    expect(SuggestEnvelopeResponse.decode(writeSuggestEnvelope(answer))).toEqual({
      yaml: 'pace:\n',
      sessionsLearned: 7,
      actionsLearned: 40,
      unusedResources: ['billing'],
      unusedScopes: ['crm contacts:export'],
    });
  });

  // breaks when: all scopes are written: the operator's client then refuses the reply
  it('fits into one message, however many scopes were never asked for', () => {
    const unusedScopes = Array.from({ length: 4_000 }, (_, at) => `crm ${'é'.repeat(60)}${at}`);
    const bytes = writeSuggestEnvelope({ ...answer, yaml: 'x'.repeat(40_000), unusedScopes });
    expect(bytes.length).toBeLessThanOrEqual(limits.messageBytes);
    const { unusedScopes: written } = SuggestEnvelopeResponse.decode(bytes);
    expect(written.length).toBeGreaterThan(100);
    expect(written).toEqual(unusedScopes.slice(0, written.length));
  });
});
