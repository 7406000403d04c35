import { ok, type Result, type Revision, revisionFromWire } from '@creance/proto';
import { AcknowledgeRequest, AcknowledgeResponse, SubscribeRequest } from '@creance/proto/wire';
import type { Denial } from '../domain/denial.js';
import { malformed, revisionFault } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** What a verifier subscribes with. */
export interface SubscribeAsk {
  readonly after: Revision;
  /** Where the verifier's view stands; zero when it does not say. */
  readonly held: Revision;
  readonly nonce: Uint8Array;
}

const nonceBytesMin = 16;
const nonceBytesMax = 32;

/** Reads a SubscribeRequest. */
export function readSubscribe(bytes: Uint8Array): Result<SubscribeAsk, Denial> {
  const decoded = decodeMessage(SubscribeRequest, bytes);
  if (!decoded.ok) return decoded;
  const { afterRevision, heldRevision = afterRevision, nonce } = decoded.value;
  const after = revisionFromWire(afterRevision);
  if (after === undefined) return malformed('after_revision', revisionFault);
  const held = revisionFromWire(heldRevision);
  if (held === undefined) return malformed('held_revision', revisionFault);
  if (nonce.length < nonceBytesMin || nonce.length > nonceBytesMax)
    return malformed('nonce', `must be ${nonceBytesMin} to ${nonceBytesMax} bytes`);
  return ok({ after, held, nonce });
}

/** Reads an AcknowledgeRequest. */
export function readAcknowledge(bytes: Uint8Array): Result<Revision, Denial> {
  const decoded = decodeMessage(AcknowledgeRequest, bytes);
  if (!decoded.ok) return decoded;
  const revision = revisionFromWire(decoded.value.revision);
  return revision === undefined ? malformed('revision', revisionFault) : ok(revision);
}

/** Writes an AcknowledgeResponse, which is empty. */
export function writeAcknowledge(): Buffer {
  return encodeMessage(AcknowledgeResponse, {});
}
