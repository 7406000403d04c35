import crypto, { type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { derOf, rawSignatureOf } from '@creance/proto';

type Any = (...given: unknown[]) => unknown;
type Ways = Record<(typeof ways)[number], Any>;

const ways = [
  'sign',
  'verify',
  'createPrivateKey',
  'createPublicKey',
  'generateKeyPairSync',
] as const;

/** Names of public keys, `x` and `y` of the point, by key object of either half. */
const names = new WeakMap<object, string>();
const imported = new Map<string, KeyObject>();
let made = 0;

/**
 * Puts ideal signatures in the place of ES256 while worlds are played: whoever has the key makes the one
 * signature of some bytes, and nobody else makes any. Whether the real ones are forged is asked by the
 * vectors, the fuzzers and the tests over a network; here they would take most of the time. Keys come from a
 * row that is the same in every process. Gives the way back.
 */
export function idealSignatures(): () => void {
  const holder = crypto as unknown as Ways;
  const real = Object.fromEntries(ways.map((way) => [way, holder[way]])) as Ways;
  const keyed = (way: 'createPrivateKey' | 'createPublicKey') => (given: unknown) => {
    const text = `${way} ${typeof given === 'string' ? given : JSON.stringify(given)}`;
    const known = imported.get(text) ?? (real[way](given) as KeyObject);
    imported.set(text, known);
    return known;
  };
  const replaced: Ways = {
    sign: (_hash, bytes, how) => {
      const { key, isRaw } = keyIn(how);
      const raw = signatureOf(key, bytes as Uint8Array);
      return isRaw ? raw : Buffer.from(derOf(raw));
    },
    verify: (_hash, bytes, how, signature) => {
      const { key, isRaw } = keyIn(how);
      const raw = isRaw ? (signature as Uint8Array) : rawSignatureOf(signature as Uint8Array);
      return signatureOf(key, bytes as Uint8Array).equals(raw);
    },
    createPrivateKey: keyed('createPrivateKey') as Any,
    createPublicKey: keyed('createPublicKey') as Any,
    generateKeyPairSync: () => {
      const privateKey = keyed('createPrivateKey')({ key: nextKey(), format: 'jwk' });
      return { privateKey, publicKey: real.createPublicKey(privateKey) };
    },
  };
  Object.assign(holder, replaced);
  syncBuiltinESMExports();
  return () => {
    Object.assign(holder, real);
    syncBuiltinESMExports();
  };
}

/** The one signature of some bytes by a key, as r || s. */
function signatureOf(key: KeyObject, bytes: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(nameOf(key)), bytes]);
  const raw = crypto.hash('sha512', named, 'buffer');
  // Numbers without a leading sign, and not zero, as r and s are.
  for (const at of [0, 32]) raw[at] = ((raw[at] as number) & 0x7f) | 1;
  return raw;
}

function nameOf(key: KeyObject): string {
  const known = names.get(key);
  if (known !== undefined) return known;
  const { x, y } = key.export({ format: 'jwk' });
  names.set(key, `${x} ${y}`);
  return `${x} ${y}`;
}

function keyIn(how: unknown): { key: KeyObject; isRaw: boolean } {
  if ('dsaEncoding' in (how as object))
    return { key: (how as { key: KeyObject }).key, isRaw: true };
  return { key: how as KeyObject, isRaw: false };
}

function nextKey() {
  made += 1;
  const ecdh = crypto.createECDH('prime256v1');
  const secret = crypto.createHash('sha256').update(`simulator ${made}`).digest();
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const part = (from: number) => point.subarray(from, from + 32).toString('base64url');
  return { kty: 'EC', crv: 'P-256', x: part(1), y: part(33), d: secret.toString('base64url') };
}
