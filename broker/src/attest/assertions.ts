import {
  assertionLifetimeSecondsMax,
  ok,
  parseAssertion,
  type Result,
  refuse,
  type Thumbprint,
  type UnverifiedAssertion,
} from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { unixSeconds } from '../domain/instant.js';
import type { Clock } from '../runtime/clock.js';
import type { Nonces } from '../tokens/nonces.js';
import type { ReplayMemory } from '../tokens/replay-memory.js';
import { importPublicKey, isSignedBy, thumbprintOf } from '../tokens/signing-key.js';
import type { Presentation } from './evidence.js';

/** An assertion that is genuine, in time, for this broker and for the session key at hand. */
export interface GenuineAssertion {
  readonly evidenceKey: Thumbprint;
  readonly joinTokenHash: string | undefined;
  readonly id: string;
}

/** Parts that judging an assertion needs. */
export interface AssertionParts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly nonces: Nonces;
  readonly replays: ReplayMemory;
}

/** Seconds that the clock of whoever asserts may be off (RFC 7523 §3). */
const leewaySeconds = 5;

/**
 * Checks an assertion but for its key's registration and its single use, which come last, so that a
 * stranger fills no memory.
 */
export function checkAssertion(
  text: string,
  { sessionKey, now }: Presentation,
  { issuer, clock, nonces }: AssertionParts,
): Result<GenuineAssertion, Denial> {
  const parsed = parseAssertion(text);
  if (!parsed.ok) return refuse({ reason: 'evidence_malformed', detail: { fault: parsed.error } });
  const assertion = parsed.value;
  if (assertion.audience !== issuer) {
    const detail = { presented: assertion.audience, expected: issuer };
    return refuse({ reason: 'evidence_wrong_audience', detail });
  }
  if (!isInTime(assertion, unixSeconds(now))) {
    const { issuedAt, expiresAt } = assertion;
    const detail = { presented: issuedAt, until: expiresAt, clock: unixSeconds(now) };
    return refuse({ reason: 'evidence_expired', detail });
  }
  if (assertion.sessionKey !== sessionKey) return refuse({ reason: 'evidence_wrong_session_key' });
  if (!nonces.isFresh(assertion.nonce, clock.monotonicMillis()))
    return refuse({ reason: 'nonce_required' });
  const key = importPublicKey(assertion.jwk);
  if (!key || !isSignedBy(key, assertion.jws.signingInput, assertion.jws.signature)) {
    return refuse({ reason: 'evidence_signature_invalid' });
  }
  const evidenceKey = thumbprintOf(assertion.jwk);
  return ok({ evidenceKey, joinTokenHash: assertion.joinTokenHash, id: assertion.id });
}

function isInTime(
  { issuedAt, expiresAt, notBefore = 0 }: UnverifiedAssertion,
  nowSeconds: number,
): boolean {
  const lifetime = expiresAt - issuedAt;
  if (lifetime <= 0 || lifetime > assertionLifetimeSecondsMax) return false;
  if (notBefore > nowSeconds + leewaySeconds) return false;
  return issuedAt <= nowSeconds + leewaySeconds && nowSeconds < expiresAt + leewaySeconds;
}

/** Takes the assertion's single use. The nonce bounds its life, so a window is memory enough. */
export function useOnce(
  { evidenceKey, id }: GenuineAssertion,
  { clock, replays }: AssertionParts,
): Result<void, Denial> {
  const remembered = replays.remember('assertion', evidenceKey, id, clock.monotonicMillis());
  if (remembered === 'replayed') return refuse({ reason: 'evidence_replayed' });
  if (remembered === 'full')
    return refuse({ reason: 'replay_memory_full', retryAfterMillis: 5_000 });
  return ok(undefined);
}
