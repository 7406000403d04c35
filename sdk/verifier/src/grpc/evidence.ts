import { createHash } from 'node:crypto';
import {
  assertionLifetimeSecondsMax,
  assertionType,
  encodeBase64url,
  type Thumbprint,
} from '@creance/proto';
import { OpenSessionRequest, SessionKind } from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { type EcKey, signJws } from './ec-key.js';

/** What a verifier shows to open a session. */
export interface EvidenceParts {
  readonly issuer: string;
  /** The key that a join token registers, or has registered. */
  readonly evidenceKey: EcKey;
  readonly sessionKey: Thumbprint;
  /** The join token to redeem; undefined when the key is registered. */
  readonly joinToken: string | undefined;
  /** A nonce of the broker; undefined before it gave one. */
  readonly nonce: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Stands in the first assertion, which the broker answers with the nonce to use. */
const noNonceYet = 'none';

/** The encoded OpenSessionRequest with a fresh assertion. */
export function openSessionRequest(parts: EvidenceParts): Buffer {
  const assertion = makeAssertion(parts);
  const { joinToken } = parts;
  const kind =
    joinToken === undefined
      ? ({ $case: 'keyAssertion', value: { assertion } } as const)
      : ({ $case: 'joinToken', value: { joinToken, assertion } } as const);
  // A key that is registered says itself whose it is; a join token is redeemed for a verifier alone.
  const asked = joinToken === undefined ? {} : { kind: SessionKind.SESSION_KIND_VERIFIER };
  const request = { childJoinToken: '', task: undefined, upstream: undefined, ...asked };
  return Buffer.from(OpenSessionRequest.encode({ ...request, evidence: { kind } }).finish());
}

function makeAssertion(parts: EvidenceParts): string {
  const { issuer, evidenceKey, sessionKey, joinToken, nonce, clock, entropy } = parts;
  const iat = Math.floor(clock.now() / 1_000);
  const claims = {
    aud: issuer,
    iat,
    exp: iat + assertionLifetimeSecondsMax,
    jti: encodeBase64url(entropy.bytes(16)),
    nonce: nonce ?? noNonceYet,
    cnf: { jkt: sessionKey },
    jth: joinToken && createHash('sha256').update(joinToken).digest('base64url'),
  };
  return signJws({ alg: 'ES256', typ: assertionType, jwk: evidenceKey.jwk }, claims, evidenceKey);
}
