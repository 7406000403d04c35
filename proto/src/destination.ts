import { decodeBase64url, encodeBase64url } from './base64url.js';
import { type DestinationFault, type DestinationKind, formOfKind } from './destination-form.js';
import { ok, type Result, refuse } from './result.js';

export type { DestinationKind } from './destination-form.js';

/** Every kind, in the order of the wire's numbers. */
export const destinationKinds: readonly DestinationKind[] = [
  'email',
  'host',
  'table',
  'package',
  'path',
  'account',
];

declare const hashBrand: unique symbol;

/**
 * What stands for a destination everywhere but at the resource itself: 16 bytes of an HMAC by the key of
 * that resource, held as 22 characters of canonical base64url. The same destination at two resources has
 * two hashes.
 */
export type DestinationHash = string & { readonly [hashBrand]: 'destination' };

/** UTF-16 code units of a destination at most, as it is given and in its canonical form. */
export const destinationCharsMax = 512;

/** Bytes of a destination's hash. */
export const destinationHashBytes = 16;

/** Bytes of the key of a resource's destinations. */
export const destinationKeyBytes = 32;

/** The canonical form of a destination that cannot be read: no destination that can be has it. */
export const destinationUnreadable = '';

/** Controls, lone surrogates, separators of lines, and marks that hide or reorder what stands beside them. */
const refusedCharacter = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Parses the name of a kind; undefined when it is none. */
export function parseDestinationKind(text: string): DestinationKind | undefined {
  return destinationKinds.find((kind) => kind === text);
}

/**
 * The one form of a destination, so that broker, verifier and agent hash the same text. By kind:
 * `email` the local part as it is, the domain as a host; `host` a host name or address, or a URL of one:
 * IDNA, lower case, without dot at the end, without port 80 and 443; `table` dotted names without
 * quotes, in lower case; `package` in lower case with its scope, without version; `path` with single
 * slashes, without dot segments and slash at the end; `account` as it is, trimmed.
 *
 * A witness that meets a destination without canonical form must not pass it over: it hashes
 * `destinationUnreadable` in its place.
 */
export function canonicalDestination(
  kind: DestinationKind,
  value: string,
): Result<string, DestinationFault> {
  if (value.length > destinationCharsMax) return refuse('destination_too_long');
  if (refusedCharacter.test(value)) return refuse('destination_character');
  // A file may be called by a name with space at its end.
  const text = (kind === 'path' ? value : value.trim()).normalize('NFC');
  if (text === '') return refuse('destination_empty');
  const canonical = formOfKind[kind](text);
  if (canonical === undefined) return refuse('destination_malformed');
  return canonical.length > destinationCharsMax ? refuse('destination_too_long') : ok(canonical);
}

/**
 * What the key of a resource is applied to (HMAC-SHA256, RFC 2104), as UTF-8. Neither part holds a zero
 * byte, so that two destinations never make one text.
 */
export function destinationMessage(kind: DestinationKind, canonical: string): string {
  return `creance-destination-v1\0${kind}\0${canonical}`;
}

/** The hash of a destination: the first 16 bytes of its HMAC. A shorter one is a fault of the caller. */
export function destinationHashOfMac(mac: Uint8Array): DestinationHash {
  const hash = destinationHashFromBytes(mac.subarray(0, destinationHashBytes));
  if (hash === undefined) throw new TypeError('a destination needs an HMAC of 16 bytes or more');
  return hash;
}

/** Makes a hash of 16 bytes; undefined for any other length. */
export function destinationHashFromBytes(bytes: Uint8Array): DestinationHash | undefined {
  return bytes.length === destinationHashBytes
    ? (encodeBase64url(bytes) as DestinationHash)
    : undefined;
}

/** Parses a hash from text; undefined when it is not 22 characters of canonical base64url. */
export function parseDestinationHash(text: string): DestinationHash | undefined {
  const bytes = text.length === 22 ? decodeBase64url(text) : undefined;
  return bytes && destinationHashFromBytes(bytes);
}
