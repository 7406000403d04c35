import { encodeBase64url } from '../base64url.js';

/** For tests: base64url of a text as it is, or of anything else as JSON. */
export function part(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeBase64url(new TextEncoder().encode(text));
}

/** For tests: a compact JWS with a signature of 64 zero bytes; texts are taken as they are. */
export function compact(header: unknown, payload: unknown): string {
  return `${part(header)}.${part(payload)}.${encodeBase64url(new Uint8Array(64))}`;
}
