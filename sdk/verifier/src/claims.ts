import { type TokenClaims, tokenLeewaySeconds, tokenLifetimeSecondsMax } from '@creance/proto';
import type { FailureReason } from './failures.js';

/** What the claims of a genuine token must say. */
export interface ClaimsExpectation {
  readonly issuer: string;
  readonly audience: string;
  /** Unix seconds by the verifier's clock. */
  readonly nowSeconds: number;
}

/**
 * Why a genuine token is not for here and now. The leeway is for clocks that are ahead of ours; `exp`
 * is taken at its word, so that no clock makes a token live longer.
 */
export function claimsFault(
  { issuer, audience, issuedAt, notBefore = 0, expiresAt }: TokenClaims,
  expected: ClaimsExpectation,
): FailureReason | undefined {
  if (issuer !== expected.issuer) return 'token_wrong_issuer';
  if (audience !== expected.audience) return 'token_wrong_audience';
  if (expected.nowSeconds >= expiresAt) return 'token_expired';
  if (notBefore > expected.nowSeconds) return 'token_from_future';
  if (issuedAt > expected.nowSeconds + tokenLeewaySeconds) return 'token_from_future';
  return expiresAt - issuedAt > tokenLifetimeSecondsMax ? 'token_lifetime_too_long' : undefined;
}
