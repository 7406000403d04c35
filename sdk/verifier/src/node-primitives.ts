import type { KeyObject } from 'node:crypto';
import type { Primitives, VerifyKey } from './primitives.js';

/** What the synchronous primitives hold as a key: the very argument of `verify`, made once. */
interface NodeKey {
  readonly key: KeyObject;
  readonly dsaEncoding: 'ieee-p1363';
}

/**
 * Synchronous primitives by `node:crypto`, reached without an import so that this package loads in
 * any runtime. Undefined where there is no `node:crypto`.
 */
export function nodePrimitives(): Primitives | undefined {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) return undefined;
  return {
    sha256: (text) => crypto.hash('sha256', text, 'base64url'),
    hmac: (secret, text) => crypto.createHmac('sha256', secret).update(text).digest('base64url'),
    importKey({ kty, crv, x, y }) {
      try {
        const key = crypto.createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
        return { key, dsaEncoding: 'ieee-p1363' } satisfies NodeKey as unknown as VerifyKey;
      } catch {
        return undefined;
      }
    },
    verify(key, signed, signature) {
      // Text is a signing input, which is ASCII by form.
      const bytes = typeof signed === 'string' ? Buffer.from(signed, 'latin1') : signed;
      return crypto.verify('sha256', bytes, key as unknown as NodeKey, signature);
    },
  };
}
