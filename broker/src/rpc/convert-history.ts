import { ok, type Result } from '@creance/proto';
import { ReadHistoryRequest, ReadHistoryResponse } from '@creance/proto/wire';
import type { ReadHistoryAsk } from '../commands/read-history.js';
import type { Denial } from '../domain/denial.js';
import type { HistoryMark, HistoryPage } from '../domain/history.js';
import { malformed } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Characters of the name of a workload. */
const nameCharsMax = 64;
/** A mark on the wire: two numbers of six bytes, which a double holds. */
const numberBytes = 6;
const markBytes = 2 * numberBytes;

/** Reads a ReadHistoryRequest. */
export function readReadHistory(bytes: Uint8Array): Result<ReadHistoryAsk, Denial> {
  const decoded = decodeMessage(ReadHistoryRequest, bytes);
  if (!decoded.ok) return decoded;
  const { workload, sinceUnixMicros, pageToken } = decoded.value;
  if (workload.length > nameCharsMax)
    return malformed('workload', `must be at most ${nameCharsMax} characters`);
  const from = pageToken === '' ? undefined : markOf(pageToken);
  if (from === undefined && pageToken !== '')
    return malformed('page_token', 'must come from the previous reply');
  // Whatever lies beyond what a double holds is later than every line.
  const sinceMillis = Number(sinceUnixMicros) / 1_000;
  return ok({ workload: workload || undefined, sinceMillis, from });
}

/** Writes a ReadHistoryResponse. */
export function writeReadHistory({ lines, next, isGapped }: HistoryPage): Buffer {
  const nextPageToken = next === undefined ? '' : tokenOf(next);
  return encodeMessage(ReadHistoryResponse, { lines, nextPageToken, isGapped });
}

function tokenOf({ segment, offset }: HistoryMark): string {
  const bytes = Buffer.alloc(markBytes);
  bytes.writeUIntBE(segment, 0, numberBytes);
  bytes.writeUIntBE(offset, numberBytes, numberBytes);
  return bytes.toString('base64url');
}

/** Undefined for what is no token, or not the one form of it. */
function markOf(token: string): HistoryMark | undefined {
  if (token.length !== (markBytes / 3) * 4) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== markBytes || bytes.toString('base64url') !== token) return undefined;
  const segment = bytes.readUIntBE(0, numberBytes);
  // Segments count from one.
  return segment === 0
    ? undefined
    : { segment, offset: bytes.readUIntBE(numberBytes, numberBytes) };
}
