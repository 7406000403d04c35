import { createHash } from 'node:crypto';
import {
  parseAssertion,
  type Thumbprint,
  thumbprintInput,
  type UnverifiedAssertion,
  type UnverifiedProof,
} from '@creance/proto';
import { OpenSessionRequest } from '@creance/proto/wire';
import { nodePrimitives } from '../node-primitives.js';
import type { Primitives, VerifyKey } from '../primitives.js';

/** The assertion of an OpenSessionRequest. */
export function assertionOf(request: Buffer): UnverifiedAssertion | undefined {
  const text = OpenSessionRequest.decode(request).evidence?.kind?.value.assertion ?? '';
  const parsed = parseAssertion(text);
  return parsed.ok ? parsed.value : undefined;
}

/** Whether a proof is signed by its own key. */
export function isSigned({ jwk, jws }: UnverifiedProof): boolean {
  const primitives = nodePrimitives() as Primitives;
  const key = primitives.importKey(jwk) as VerifyKey;
  return primitives.verify(key, jws.signingInput, jws.signature) === true;
}

/** The thumbprint of a key. */
export function thumbprintOf(jwk: UnverifiedAssertion['jwk']): Thumbprint {
  return createHash('sha256').update(thumbprintInput(jwk)).digest('base64url') as Thumbprint;
}
