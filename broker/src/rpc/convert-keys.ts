import { ok, parseThumbprint, type Result } from '@creance/proto';
import {
  CompromiseKeyRequest,
  CompromiseKeyResponse,
  ListKeysRequest,
  ListKeysResponse,
} from '@creance/proto/wire';
import type { CompromiseKeyAnswer, CompromiseKeyAsk } from '../commands/compromise-key.js';
import type { KeyListed } from '../commands/list-keys.js';
import type { Denial } from '../domain/denial.js';
import { malformed, thumbprintFault } from './convert.js';
import { durabilityOf } from './convert-cut.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a CompromiseKeyRequest. */
export function readCompromiseKey(bytes: Uint8Array): Result<CompromiseKeyAsk, Denial> {
  const decoded = decodeMessage(CompromiseKeyRequest, bytes);
  if (!decoded.ok) return decoded;
  const keyId = parseThumbprint(decoded.value.keyId);
  return keyId === undefined
    ? malformed('key_id', thumbprintFault)
    : ok({ keyId, reason: decoded.value.reason });
}

/** Writes a CompromiseKeyResponse. */
export function writeCompromiseKey(answer: CompromiseKeyAnswer): Buffer {
  const { revision, cutKeyIds, signingKeyId = '', verifiersSubscribed, kept } = answer;
  return encodeMessage(CompromiseKeyResponse, {
    revision: BigInt(revision),
    cutKeyIds: [...cutKeyIds],
    signingKeyId,
    verifiersSubscribed,
    durability: durabilityOf[kept],
  });
}

/** Reads a ListKeysRequest, which is empty. */
export function readListKeys(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(ListKeysRequest, bytes);
  return decoded.ok ? ok({}) : decoded;
}

/** Writes a ListKeysResponse. */
export function writeListKeys(keys: readonly KeyListed[]): Buffer {
  return encodeMessage(ListKeysResponse, {
    keys: keys.map(({ keyId, signsFrom, retireAt, signing }) => ({
      keyId,
      signsFromUnixSeconds: BigInt(signsFrom),
      retireUnixSeconds: BigInt(retireAt),
      signing,
    })),
  });
}
