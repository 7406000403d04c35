import { limits } from '../limits.js';

/** What a 401 asks for, when a second try with something new can help. */
export type Challenge = 'nonce' | 'token';

const errorParameter = /\berror\s*=\s*"?([a-z_]{1,64})/gi;

/**
 * Reads a 401 (RFC 9449 §7.1, §9; RFC 6750 §3.1). Undefined for every other reply: 403 and its
 * `insufficient_scope` are for the caller, who knows what it wants to ask for.
 */
export function readChallenge(response: Response): Challenge | undefined {
  if (response.status !== 401) return undefined;
  const header = response.headers.get('www-authenticate')?.slice(0, limits.challengeChars) ?? '';
  const errors = [...header.matchAll(errorParameter)].map((match) => match[1]?.toLowerCase());
  if (errors.includes('use_dpop_nonce') && response.headers.has('dpop-nonce')) return 'nonce';
  return errors.includes('invalid_token') ? 'token' : undefined;
}
