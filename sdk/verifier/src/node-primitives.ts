import type { KeyObject } from 'node:crypto';
import { decodeBase64url, derOf, spkiOf } from '@creance/proto';
import type { Primitives, VerifyKey } from './primitives.js';

/**
 * Synchronous primitives by `node:crypto`, reached without an import so that this package loads in
 * any runtime. Undefined where there is no `node:crypto`.
 *
 * Keys go in as PEM and as bare key objects, signatures as DER: with any object of options, Node 24
 * throws and catches two exceptions a call, which is half as dear as the signature itself.
 */
export function nodePrimitives(): Primitives | undefined {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) return undefined;
  return {
    sha256: (text) => crypto.hash('sha256', text, 'base64url'),
    hmac: (secret, text) => crypto.createHmac('sha256', secret).update(text).digest('base64url'),
    importKey({ x, y }) {
      const [xBytes, yBytes] = [decodeBase64url(x), decodeBase64url(y)];
      if (xBytes?.length !== 32 || yBytes?.length !== 32) return undefined;
      try {
        return crypto.createPublicKey(pemOf(spkiOf(xBytes, yBytes))) as unknown as VerifyKey;
      } catch {
        return undefined;
      }
    },
    verify(key, signed, signature) {
      if (signature.length !== 64) return false;
      // Text is a signing input, which is ASCII by form.
      const bytes = typeof signed === 'string' ? Buffer.from(signed, 'latin1') : signed;
      return crypto.verify('sha256', bytes, key as unknown as KeyObject, derOf(signature));
    },
  };
}

function pemOf(spki: Uint8Array): string {
  const base64 = Buffer.from(spki.buffer).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`;
}
