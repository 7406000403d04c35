import { ok, type Reason, type Result, refuse, sessionIdFromBytes } from '@creance/proto';
import {
  EndSessionRequest,
  OpenSessionResponse,
  SessionKind,
  SessionServiceService,
} from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { BrokerAddress } from './address.js';
import { atMost } from './at-most.js';
import { newEcKey } from './ec-key.js';
import { openSessionRequest } from './evidence.js';
import { JoinError } from './join-error.js';
import type { Membership } from './key-file.js';
import type { Line } from './line.js';
import type { BrokerRefusal } from './refusal.js';
import { Voice } from './voice.js';

/** An open session of kind verifier. */
export interface VerifierSession {
  readonly voice: Voice;
  /** Seconds without activity after which it ends. */
  readonly idleSeconds: number;
}

/** What opening a session needs. */
export interface SessionParts {
  readonly line: Line;
  readonly address: BrokerAddress;
  readonly membership: Membership;
  /** The file of the key, for errors that are about it. */
  readonly keyFile: string;
  /** Redeemed when the broker does not know the key yet. */
  readonly joinToken: string | undefined;
  /** Whether the key was made just now, so that the broker cannot know it. */
  readonly isNewKey: boolean;
  /** Name of the resource that the session must be for. */
  readonly resource: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Reasons that a join token helps against: the key is not registered, no longer, or is held with another. */
const needsJoining: readonly (Reason | undefined)[] = [
  'evidence_key_unknown',
  'evidence_key_expired',
  'evidence_contested',
];

/**
 * Opens a session under a fresh session key: by the registered evidence key, and with the join token
 * when the broker does not know that key. So a start that was cut off between the two can be repeated.
 */
export async function openSession(
  parts: SessionParts,
): Promise<Result<VerifierSession, BrokerRefusal>> {
  if (parts.isNewKey) return openWith(parts, parts.joinToken);
  const registered = await openWith(parts, undefined);
  if (registered.ok || parts.joinToken === undefined) return registered;
  if (!needsJoining.includes(registered.error.reason)) return registered;
  return openWith(parts, parts.joinToken);
}

/** Milliseconds that the broker has to hear that the session ends. */
const endMillis = 1_000;

/** Ends a session, so that it counts against nobody; waits 1 s for the broker at most. Never rejects. */
export async function endSession(voice: Voice, clock: Clock): Promise<void> {
  const request = () => Buffer.from(EndSessionRequest.encode({}).finish());
  const ended = voice.call(SessionServiceService.endSession.path, request, 'digest');
  await atMost(clock, endMillis, ended);
}

async function openWith(
  parts: SessionParts,
  joinToken: string | undefined,
): Promise<Result<VerifierSession, BrokerRefusal>> {
  const { line, address, membership, clock, entropy } = parts;
  const key = newEcKey();
  const voice = new Voice(line, { address, key, clock, entropy });
  const { issuer, evidenceKey } = membership;
  const common = { issuer, evidenceKey, sessionKey: key.thumbprint, joinToken, clock, entropy };
  const opened = await voice.call(
    SessionServiceService.openSession.path,
    (nonce) => openSessionRequest({ ...common, nonce }),
    'digest',
  );
  if (!opened.ok && opened.error.reason === 'evidence_wrong_kind')
    throw new JoinError('not_a_verifier', { presented: 'a join string of another kind of member' });
  if (!opened.ok) return opened;
  const reply = decoded(opened.value);
  const sessionId = reply && sessionIdFromBytes(reply.sessionId);
  if (reply === undefined || sessionId === undefined || reply.idleSeconds < 1) {
    return refuse({ status: 'INTERNAL', reason: undefined });
  }
  voice.sessionId = sessionId;
  const mismatch = mismatchOf(reply, parts);
  if (mismatch === undefined) return ok({ voice, idleSeconds: reply.idleSeconds });
  // Of no use to anybody, and it would count against that member for hours.
  await endSession(voice, clock);
  throw mismatch;
}

/** Why the member that the broker knows the key as is not the one that is wanted here. */
function mismatchOf(
  { kind, name }: OpenSessionResponse,
  { resource, isNewKey, keyFile }: SessionParts,
): JoinError | undefined {
  const isVerifier = kind === SessionKind.SESSION_KIND_VERIFIER;
  if (isVerifier && (resource === undefined || name === resource)) return undefined;
  const presented = `the key of ${kindName(kind)} ${name}`;
  const missing = isVerifier ? resource : undefined;
  // The join string may be right: what is not is the key that was here before it.
  if (!isNewKey)
    return new JoinError('key_file_of_other_member', { at: keyFile, presented, missing });
  if (!isVerifier) return new JoinError('not_a_verifier', { presented });
  return new JoinError('other_resource', { presented: name, missing });
}

/** The kind of a member in words. */
function kindName(kind: SessionKind): string {
  if (kind === SessionKind.SESSION_KIND_VERIFIER) return 'verifier';
  return kind === SessionKind.SESSION_KIND_OPERATOR ? 'operator' : 'workload';
}

function decoded(bytes: Buffer): OpenSessionResponse | undefined {
  try {
    return OpenSessionResponse.decode(bytes);
  } catch {
    return undefined;
  }
}
