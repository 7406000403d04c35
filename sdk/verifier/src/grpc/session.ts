import { ok, type Reason, type Result, refuse, sessionIdFromBytes } from '@creance/proto';
import { OpenSessionResponse, SessionKind, SessionServiceService } from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { BrokerAddress } from './address.js';
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
  /** Redeemed when the broker does not know the key yet. */
  readonly joinToken: string | undefined;
  /** Whether the key was made just now, so that the broker cannot know it. */
  readonly isNewKey: boolean;
  /** Name of the resource that the session must be for. */
  readonly resource: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Reasons that a join token helps against: the key is not registered, or no longer. */
const needsJoining: readonly (Reason | undefined)[] = [
  'evidence_key_unknown',
  'evidence_key_expired',
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

async function openWith(
  { line, address, membership, resource, clock, entropy }: SessionParts,
  joinToken: string | undefined,
): Promise<Result<VerifierSession, BrokerRefusal>> {
  const key = newEcKey();
  const voice = new Voice(line, { address, key, clock, entropy });
  const { issuer, evidenceKey } = membership;
  const common = { issuer, evidenceKey, sessionKey: key.thumbprint, joinToken, clock, entropy };
  const opened = await voice.call(
    SessionServiceService.openSession.path,
    (nonce) => openSessionRequest({ ...common, nonce }),
    'digest',
  );
  if (!opened.ok) return opened;
  const reply = decoded(opened.value);
  const sessionId = reply && sessionIdFromBytes(reply.sessionId);
  if (reply === undefined || sessionId === undefined || reply.idleSeconds < 1) {
    return refuse({ status: 'INTERNAL', reason: undefined });
  }
  if (reply.kind !== SessionKind.SESSION_KIND_VERIFIER)
    throw new JoinError('not_a_verifier', {
      presented: `the key of ${kindName(reply.kind)} ${reply.name}`,
    });
  if (resource !== undefined && reply.name !== resource)
    throw new JoinError('other_resource', { presented: reply.name, missing: resource });
  voice.sessionId = sessionId;
  return ok({ voice, idleSeconds: reply.idleSeconds });
}

/** The kind of a member in words. */
function kindName(kind: SessionKind): string {
  return kind === SessionKind.SESSION_KIND_OPERATOR ? 'operator' : 'workload';
}

function decoded(bytes: Buffer): OpenSessionResponse | undefined {
  try {
    return OpenSessionResponse.decode(bytes);
  } catch {
    return undefined;
  }
}
