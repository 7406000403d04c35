import { nameCharsMax, ok, type Result } from '@creance/proto';
import { CreateJoinTokenRequest, CreateJoinTokenResponse } from '@creance/proto/wire';
import type { JoinTokenAnswer, JoinTokenAsk } from '../commands/create-join-token.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import { malformed, memberKindOf, wireSeconds } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Characters of the longest network in CIDR form. */
const networkCharsMax = 49;

/** Reads a CreateJoinTokenRequest. */
export function readCreateJoinToken(bytes: Uint8Array): Result<JoinTokenAsk, Denial> {
  const decoded = decodeMessage(CreateJoinTokenRequest, bytes);
  if (!decoded.ok) return decoded;
  const { name, uses, lifetimeSeconds, networks } = decoded.value;
  const kind = memberKindOf(decoded.value.kind);
  if (kind === undefined) return malformed('kind', 'must be workload, verifier or operator');
  if (name === '' || name.length > nameCharsMax)
    return malformed('name', `must be 1 to ${nameCharsMax} characters`);
  if (networks.length > limits.joinTokenNetworksMax)
    return malformed('networks', `must name at most ${limits.joinTokenNetworksMax} networks`);
  if (networks.some((network) => network.length > networkCharsMax))
    return malformed('networks', 'must be networks in CIDR form');
  return ok({ member: { kind, name }, uses, lifetimeSeconds, networks });
}

/** Writes a CreateJoinTokenResponse. */
export function writeCreateJoinToken({ joinString, expiresAt }: JoinTokenAnswer): Buffer {
  const expiresUnixSeconds = wireSeconds(expiresAt);
  return encodeMessage(CreateJoinTokenResponse, { joinString, expiresUnixSeconds });
}
