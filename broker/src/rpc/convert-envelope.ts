import { ok, type Result } from '@creance/proto';
import { SuggestEnvelopeRequest, SuggestEnvelopeResponse } from '@creance/proto/wire';
import type { SuggestEnvelopeAnswer, SuggestEnvelopeAsk } from '../commands/suggest-envelope.js';
import type { Denial } from '../domain/denial.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a SuggestEnvelopeRequest. */
export function readSuggestEnvelope(bytes: Uint8Array): Result<SuggestEnvelopeAsk, Denial> {
  const decoded = decodeMessage(SuggestEnvelopeRequest, bytes);
  return decoded.ok ? ok({ workload: decoded.value.workload }) : decoded;
}

/** Writes a SuggestEnvelopeResponse. */
export function writeSuggestEnvelope(answer: SuggestEnvelopeAnswer): Buffer {
  const { yaml, sessions, actions, unusedResources } = answer;
  return encodeMessage(SuggestEnvelopeResponse, {
    yaml,
    sessionsLearned: sessions,
    actionsLearned: actions,
    unusedResources: [...unusedResources],
  });
}
