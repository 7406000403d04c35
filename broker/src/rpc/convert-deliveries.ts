import { ok, type Result } from '@creance/proto';
import { ListDeliveriesRequest, ListDeliveriesResponse } from '@creance/proto/wire';
import type { DeliveriesListed, ListDeliveriesAsk } from '../commands/list-deliveries.js';
import type { Denial } from '../domain/denial.js';
import { malformed } from './convert.js';
import { wireEventKind } from './convert-event.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Characters of the name of an owner. */
const nameCharsMax = 64;

/** Reads a ListDeliveriesRequest. */
export function readListDeliveries(bytes: Uint8Array): Result<ListDeliveriesAsk, Denial> {
  const decoded = decodeMessage(ListDeliveriesRequest, bytes);
  if (!decoded.ok) return decoded;
  const { owner } = decoded.value;
  if (owner.length > nameCharsMax)
    return malformed('owner', `must be at most ${nameCharsMax} characters`);
  return ok({ owner: owner || undefined });
}

/** Writes a ListDeliveriesResponse. Claims stay here: whoever may read events watches them. */
export function writeListDeliveries({ waiting, receivers }: DeliveriesListed): Buffer {
  return encodeMessage(ListDeliveriesResponse, {
    waiting: waiting.map(({ id, owner, target, kind, at, attempts, nextAt, lastFault }) => ({
      id,
      owner,
      target,
      kind: wireEventKind(kind),
      atUnixMicros: BigInt(at),
      attempts,
      nextUnixMicros: BigInt(nextAt),
      lastFault,
    })),
    receivers: receivers.map(({ delivered, dropped, lastFaultAt, ...receiver }) => ({
      ...receiver,
      delivered: BigInt(delivered),
      dropped: BigInt(dropped),
      lastFaultUnixMicros: BigInt(lastFaultAt),
    })),
  });
}
