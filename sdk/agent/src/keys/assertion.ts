import { assertionLifetimeSecondsMax, assertionType, type Thumbprint } from '@creance/proto';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { type SigningKey, sha256Text } from './signing-key.js';

/** What an assertion says. */
export interface AssertionAsk {
  readonly issuer: string;
  /** The session key that may open a session. */
  readonly sessionKey: Thumbprint;
  /** Nonce of the broker; undefined before it has given one. */
  readonly nonce: string | undefined;
  /** The join token that comes along, if one does. */
  readonly joinToken: string | undefined;
}

/** The claim must not be empty; the broker answers with its nonce before it looks at this one. */
const nonceUnknown = 'none';

/**
 * A statement by the evidence key that the session key may open a session
 * (`session_service.proto`, JoinTokenEvidence; audience as in rfc7523bis: the issuer and nothing else).
 */
export function makeAssertion(
  key: SigningKey,
  ask: AssertionAsk,
  clock: Clock,
  entropy: Entropy,
): string {
  const issuedAt = Math.floor(clock.now() / 1_000);
  return key.signJws(
    { alg: 'ES256', typ: assertionType, jwk: key.publicJwk },
    {
      aud: ask.issuer,
      iat: issuedAt,
      exp: issuedAt + assertionLifetimeSecondsMax,
      jti: entropy.text(16),
      nonce: ask.nonce ?? nonceUnknown,
      cnf: { jkt: ask.sessionKey },
      jth: ask.joinToken === undefined ? undefined : sha256Text(ask.joinToken),
    },
  );
}
