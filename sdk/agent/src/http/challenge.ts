import { limits } from '../limits.js';

/** What a 401 asks for, when a second try with something new can help. */
export type Challenge = 'nonce' | 'token';

const errorParameter = /\berror\s*=\s*"?([a-z_]{1,64})/gi;

/** What of a refusal of the caller, over HTTP or gRPC, says what it asks for. */
export interface Refused {
  /** The challenge, `WWW-Authenticate` or the trailer of that name. */
  readonly challenge: string | null | undefined;
  readonly hasNonce: boolean;
}

/** Reads a challenge; undefined for one that nothing new can help. */
export function challengeOf({ challenge, hasNonce }: Refused): Challenge | undefined {
  const text = challenge?.slice(0, limits.challengeChars) ?? '';
  const errors = [...text.matchAll(errorParameter)].map((match) => match[1]?.toLowerCase());
  if (errors.includes('use_dpop_nonce') && hasNonce) return 'nonce';
  return errors.includes('invalid_token') ? 'token' : undefined;
}

/**
 * Reads a 401 (RFC 9449 §7.1, §9; RFC 6750 §3.1). Undefined for every other reply: 403 and its
 * `insufficient_scope` are for the caller, who knows what it wants to ask for.
 */
export function readChallenge(response: Response): Challenge | undefined {
  if (response.status !== 401) return undefined;
  const { headers } = response;
  return challengeOf({
    challenge: headers.get('www-authenticate'),
    hasNonce: headers.has('dpop-nonce'),
  });
}
