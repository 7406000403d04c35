/**
 * Base64url without padding, strict in both directions (RFC 4648 §5, RFC 7515 §2).
 *
 * Lenient decoders take white space and non-zero trailing bits, so that two strings are one token and
 * hash-keyed caches, lists and `ath` can be side-stepped. This one has exactly one string per value.
 */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const valueOfCode: Int8Array = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i += 1) valueOfCode[alphabet.charCodeAt(i)] = i;

function sextet(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (valueOfCode[code] as number) : -1;
}

/** Decodes `text`, or gives undefined when it is not the one canonical form of some bytes. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let out = 0;
  for (let at = 0; at < text.length; at += 1) {
    const value = sextet(text, at);
    if (value < 0) return undefined;
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[out] = (buffer >> bits) & 0xff;
      out += 1;
    }
  }
  const unusedBits = buffer & ((1 << bits) - 1);
  return unusedBits === 0 ? bytes : undefined;
}

/** Encodes bytes in the canonical form. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  for (; at + 2 < bytes.length; at += 3) {
    const group =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += alphabet.charAt((group >> 6) & 63) + alphabet.charAt(group & 63);
  }
  if (at + 1 === bytes.length) {
    const group = (bytes[at] as number) << 4;
    text += alphabet.charAt(group >> 6) + alphabet.charAt(group & 63);
  } else if (at + 2 === bytes.length) {
    const group = ((bytes[at] as number) << 10) | ((bytes[at + 1] as number) << 2);
    text +=
      alphabet.charAt(group >> 12) +
      alphabet.charAt((group >> 6) & 63) +
      alphabet.charAt(group & 63);
  }
  return text;
}
