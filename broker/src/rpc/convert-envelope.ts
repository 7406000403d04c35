import { ok, type Result } from '@creance/proto';
import { SuggestEnvelopeRequest, SuggestEnvelopeResponse } from '@creance/proto/wire';
import type { SuggestEnvelopeAnswer, SuggestEnvelopeAsk } from '../commands/suggest-envelope.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a SuggestEnvelopeRequest. */
export function readSuggestEnvelope(bytes: Uint8Array): Result<SuggestEnvelopeAsk, Denial> {
  const decoded = decodeMessage(SuggestEnvelopeRequest, bytes);
  return decoded.ok ? ok({ workload: decoded.value.workload }) : decoded;
}

/** Bytes of a reply: clients take messages of this size, and it has a head. */
const replyBytesMax = limits.messageBytes - 2_048;

/** Writes a SuggestEnvelopeResponse, with as many of the scopes as fit. */
export function writeSuggestEnvelope(answer: SuggestEnvelopeAnswer): Buffer {
  const { yaml, sessions, actions, unusedResources } = answer;
  const reply = {
    yaml,
    sessionsLearned: sessions,
    actionsLearned: actions,
    unusedResources: [...unusedResources],
    unusedScopes: [],
  };
  let room = replyBytesMax - SuggestEnvelopeResponse.encode(reply).finish().length;
  const unusedScopes = answer.unusedScopes.filter((scope) => {
    room -= Buffer.byteLength(scope) + 4;
    return room >= 0;
  });
  return encodeMessage(SuggestEnvelopeResponse, { ...reply, unusedScopes });
}
