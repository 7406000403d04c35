import type { PublicJwk } from '@creance/proto';

declare const verifyKeyBrand: unique symbol;

/** An imported public key. Only the primitives that imported it know what it is. */
export type VerifyKey = object & { readonly [verifyKeyBrand]: 'ES256' };

/** A value at once, or later: a fast path need not wait for what is already there. */
export type Soon<T> = T | Promise<T>;

/** All the cryptography of a verifier. One algorithm: ES256 (RFC 8725 §3.1). */
export interface Primitives {
  /** SHA-256 of a text in UTF-8, as base64url. */
  sha256(text: string): Soon<string>;
  /** HMAC-SHA-256 of a text, as base64url (RFC 2104). */
  hmac(secret: Uint8Array<ArrayBuffer>, text: string): Soon<string>;
  /** Imports a P-256 key; undefined when its point does not lie on the curve. */
  importKey(jwk: PublicJwk): Soon<VerifyKey | undefined>;
  /** Whether r || s (64 bytes) is the key's signature over the text or bytes (RFC 7518 §3.4). */
  verify(key: VerifyKey, signed: string | Uint8Array, signature: Uint8Array): Soon<boolean>;
}
