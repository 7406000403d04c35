import { ok, type Result } from '@creance/proto';
import { ExplainRefusalRequest, ExplainRefusalResponse, SessionKind } from '@creance/proto/wire';
import type { ExplainedRefusal, ExplainRefusalAsk } from '../commands/explain-refusal.js';
import type { Denial } from '../domain/denial.js';
import { malformed, wireHandle, wireKind } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** A request id, of a message of a stream with its number. */
const requestIdForm = /^[A-Za-z0-9_-]{22}(?:\.\d{1,19})?$/;

/** Reads an ExplainRefusalRequest. */
export function readExplainRefusal(bytes: Uint8Array): Result<ExplainRefusalAsk, Denial> {
  const decoded = decodeMessage(ExplainRefusalRequest, bytes);
  if (!decoded.ok) return decoded;
  const { requestId } = decoded.value;
  return requestIdForm.test(requestId)
    ? ok({ requestId })
    : malformed('request_id', 'must be the 22 characters of a request id');
}

/** Writes an ExplainRefusalResponse. */
export function writeExplainRefusal({ refusal, words }: ExplainedRefusal): Buffer {
  const { requestId, method, at, network, caller, byDevOwner, reason, facts, traceId } = refusal;
  return encodeMessage(ExplainRefusalResponse, {
    requestId,
    method,
    atUnixMicros: BigInt(at),
    sessionId: caller === undefined ? Buffer.alloc(0) : wireHandle(caller.session),
    kind: caller === undefined ? SessionKind.SESSION_KIND_UNSPECIFIED : wireKind(caller.kind),
    name: caller?.name ?? (byDevOwner ? 'dev-owner' : ''),
    network,
    reason,
    presented: words.presented ?? '',
    nearestRule: words.nearest ?? '',
    missing: words.missing ?? '',
    fix: words.fix,
    facts: Object.entries(facts)
      .map(([name, value]) => ({ name, value: `${value}` }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    traceId: traceId ?? '',
  });
}
