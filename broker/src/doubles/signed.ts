import type { Thumbprint } from '@creance/proto';
import {
  generatePrivateJwk,
  type Signer,
  sha256Base64url,
  signerOf,
  signJws,
} from '../tokens/signing-key.js';

/** For tests: a key of its own. */
export function newSigner(): Signer {
  return signerOf(generatePrivateJwk());
}

/** For tests: a JWS of any header and payload. */
export function signed(signer: Signer, header: object, payload: object): string {
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
  return signJws(encoded, JSON.stringify(payload), signer);
}

let count = 0;

/** For tests: a proof by a key, with an id of its own; `claims` replace what it says. */
export function proofBy(signer: Signer, claims: object, header: object = {}): string {
  count += 1;
  const head = { alg: 'ES256', typ: 'dpop+jwt', jwk: signer.jwk, ...header };
  return signed(signer, head, { jti: `proof-${count}`, htm: 'POST', ...claims });
}

/** For tests: an assertion by an evidence key for a session key; `claims` replace what it says. */
export function assertionBy(
  signer: Signer,
  ask: {
    readonly sessionKey: Thumbprint;
    readonly nowSeconds: number;
    readonly nonce: string;
    readonly joinToken?: string;
  },
  claims: object = {},
  header: object = {},
): string {
  count += 1;
  const head = { alg: 'ES256', typ: 'creance-evidence+jwt', jwk: signer.jwk, ...header };
  return signed(signer, head, {
    aud: 'https://creance.example.internal',
    iat: ask.nowSeconds,
    exp: ask.nowSeconds + 60,
    jti: `assertion-${count}`,
    nonce: ask.nonce,
    cnf: { jkt: ask.sessionKey },
    ...(ask.joinToken !== undefined && { jth: sha256Base64url(ask.joinToken) }),
    ...claims,
  });
}
