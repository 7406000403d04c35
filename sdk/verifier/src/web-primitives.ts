import { encodeBase64url } from '@creance/proto';
import type { Primitives, VerifyKey } from './primitives.js';

const utf8 = new TextEncoder();
const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signature = { name: 'ECDSA', hash: 'SHA-256' } as const;
const mac = { name: 'HMAC', hash: 'SHA-256' } as const;

/** Primitives by WebCrypto, which every runtime has. Asynchronous. */
export function webPrimitives(): Primitives {
  const { subtle } = globalThis.crypto;
  return {
    async sha256(text) {
      return encodeBase64url(new Uint8Array(await subtle.digest('SHA-256', utf8.encode(text))));
    },
    async hmac(secret, text) {
      const key = await subtle.importKey('raw', secret, mac, false, ['sign']);
      return encodeBase64url(new Uint8Array(await subtle.sign(mac, key, utf8.encode(text))));
    },
    async importKey({ kty, crv, x, y }) {
      try {
        const key = await subtle.importKey('jwk', { kty, crv, x, y }, curve, false, ['verify']);
        return key as unknown as VerifyKey;
      } catch {
        return undefined;
      }
    },
    verify(key, signed, bytes) {
      const input = typeof signed === 'string' ? utf8.encode(signed) : new Uint8Array(signed);
      return subtle.verify(signature, key as unknown as CryptoKey, new Uint8Array(bytes), input);
    },
  };
}
