import { decodeBase64url, encodeBase64url } from './base64url.js';

declare const handleBrand: unique symbol;

/**
 * A random 16-byte id that stands for anything that can be cut. Held as 22 characters of canonical
 * base64url, so that two handles are equal exactly when their strings are. Says nothing by itself.
 */
export type Handle = string & { readonly [handleBrand]: 'handle' };

declare const sessionIdBrand: unique symbol;

/** The handle of a session; a token's `sid`. */
export type SessionId = Handle & { readonly [sessionIdBrand]: 'session' };

/** Bytes of a handle. */
export const handleBytes = 16;

/** Characters of a handle in base64url. */
export const handleChars = 22;

/** Parses a handle from text; undefined when it is not 22 characters of canonical base64url. */
export function parseHandle(text: string): Handle | undefined {
  if (text.length !== handleChars) return undefined;
  return decodeBase64url(text) === undefined ? undefined : (text as Handle);
}

/** Parses a session id from text; undefined when it is not one. */
export function parseSessionId(text: string): SessionId | undefined {
  return parseHandle(text) as SessionId | undefined;
}

/** Makes a handle of 16 bytes; undefined for any other length. */
export function handleFromBytes(bytes: Uint8Array): Handle | undefined {
  return bytes.length === handleBytes ? (encodeBase64url(bytes) as Handle) : undefined;
}

/** Makes a session id of 16 bytes; undefined for any other length. */
export function sessionIdFromBytes(bytes: Uint8Array): SessionId | undefined {
  return handleFromBytes(bytes) as SessionId | undefined;
}

/** The 16 bytes of a handle. */
export function bytesOfHandle(handle: Handle): Uint8Array {
  return decodeBase64url(handle) as Uint8Array;
}
