import { type Signer, signJws } from './signing-key.js';

/** What a Security Event Token is made of at the moment of its sending. */
export interface EventTokenAsk {
  readonly issuer: string;
  readonly audience: string;
  /** `jti`: the same at every attempt. */
  readonly id: string;
  /** Unix seconds; the same at every attempt. */
  readonly issuedAtSeconds: number;
  /** The other claims, as JSON. */
  readonly claims: string;
}

/**
 * Signs a Security Event Token (RFC 8417) with the events key. Its `typ` keeps it from being taken for a
 * token of a session (RFC 8725 §3.11), its key as well; and no `exp`, no `sub` (RFC 8417 §2.2, §4).
 */
export function signEventToken(signer: Signer, ask: EventTokenAsk): string {
  const header = { alg: 'ES256', typ: 'secevent+jwt', kid: signer.keyId };
  const claims = {
    iss: ask.issuer,
    aud: ask.audience,
    jti: ask.id,
    iat: ask.issuedAtSeconds,
    ...(JSON.parse(ask.claims) as object),
  };
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
  return signJws(encoded, JSON.stringify(claims), signer);
}
