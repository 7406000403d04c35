import { decodeBase64url } from './base64url.js';
import { asJsonObject } from './jws.js';

/** A public P-256 key as a JWK (RFC 7518 §6.2.1): exactly these members. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  /** x coordinate, 43 characters of base64url. */
  readonly x: string;
  /** y coordinate, 43 characters of base64url. */
  readonly y: string;
}

/**
 * Parses a public P-256 key. Refuses private members, other curves and everything unknown, so that one
 * key has one form. Whether the point lies on the curve is for whoever imports it.
 */
export function parsePublicJwk(value: unknown): PublicJwk | undefined {
  const jwk = asJsonObject(value);
  if (jwk === undefined || Object.keys(jwk).length !== 4) return undefined;
  const { kty, crv, x, y } = jwk as Record<'kty' | 'crv' | 'x' | 'y', unknown>;
  if (kty !== 'EC' || crv !== 'P-256') return undefined;
  return isCoordinate(x) && isCoordinate(y) ? { kty, crv, x, y } : undefined;
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && value.length === 43 && decodeBase64url(value) !== undefined;
}

/**
 * The text whose SHA-256, as base64url, is the key's thumbprint (RFC 7638 §3): members in
 * lexicographic order, no white space. Coordinates hold no character that JSON escapes.
 */
export function thumbprintInput(jwk: PublicJwk): string {
  return `{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`;
}

declare const thumbprintBrand: unique symbol;

/** A key's RFC 7638 thumbprint: 43 characters of base64url. */
export type Thumbprint = string & { readonly [thumbprintBrand]: 'thumbprint' };

/** Parses a thumbprint; undefined when it is not 32 bytes of canonical base64url. */
export function parseThumbprint(value: unknown): Thumbprint | undefined {
  return isCoordinate(value) ? (value as Thumbprint) : undefined;
}
