import {
  type Handle,
  handlesOfLineage,
  ok,
  parseToken,
  type Result,
  refuse,
  type Thumbprint,
  type TokenClaims,
  type TokenFault,
  thumbprintInput,
} from '@creance/proto';
import type { FailureReason } from './failures.js';
import type { TokenKey } from './frame.js';
import type { Primitives, VerifyKey } from './primitives.js';
import { Recent } from './recent.js';
import type { View } from './view.js';

/** A token whose form and signature are good. Whether it permits anything is another question. */
export interface GenuineToken {
  readonly claims: TokenClaims;
  readonly keyId: Thumbprint;
  /** SHA-256 of the token as base64url: what a proof's `ath` must say. */
  readonly hash: string;
  /** Every handle of the lineage. */
  readonly handles: readonly Handle[];
  /** The key that the token is bound to, once a proof has brought it. */
  holder: Holder | undefined;
}

/** The imported key of whoever holds a token. */
export interface Holder {
  readonly x: string;
  readonly y: string;
  readonly key: VerifyKey;
}

const reasons: Readonly<Record<TokenFault, FailureReason>> = {
  too_large: 'token_too_large',
  malformed: 'token_malformed',
  not_canonical: 'token_not_canonical',
  header_not_allowed: 'token_header_not_allowed',
  wrong_algorithm: 'token_wrong_algorithm',
  wrong_type: 'token_wrong_type',
  claims_malformed: 'token_claims_malformed',
};

/** Why the view does not stand behind a signing key, or undefined when it does. */
export function keyFault(
  view: View,
  keyId: Thumbprint,
  nowSeconds: number,
): FailureReason | undefined {
  if (view.isKeyCut(keyId)) return 'token_key_cut';
  const key = view.tokenKey(keyId);
  if (key === undefined) return 'token_key_unknown';
  return nowSeconds >= key.retireAt ? 'token_key_retired' : undefined;
}

/**
 * Checks form and signature of tokens, each whole token once. Only what is true for ever is kept, under
 * the hash of every byte of the token; all else is checked again on every use, the signing key included.
 */
export class Tokens {
  readonly #view: View;
  readonly #primitives: Primitives;
  readonly #checked: Recent<GenuineToken>;
  readonly #imported = new WeakMap<TokenKey, VerifyKey>();

  constructor(view: View, primitives: Primitives, tokensCachedMax: number) {
    this.#view = view;
    this.#primitives = primitives;
    this.#checked = new Recent(tokensCachedMax);
  }

  /** Tokens that are kept. */
  get size(): number {
    return this.#checked.size;
  }

  /** The genuine token of a text, or why it is none. */
  async genuine(text: string, nowSeconds: number): Promise<Result<GenuineToken, FailureReason>> {
    const hashed = this.#primitives.sha256(text);
    const hash = typeof hashed === 'string' ? hashed : await hashed;
    const known = this.#checked.get(hash);
    if (known === undefined) return this.#check(text, hash, nowSeconds);
    const fault = keyFault(this.#view, known.keyId, nowSeconds);
    if (fault === undefined) return ok(known);
    this.#checked.delete(hash);
    return refuse(fault);
  }

  async #check(
    text: string,
    hash: string,
    nowSeconds: number,
  ): Promise<Result<GenuineToken, FailureReason>> {
    const parsed = parseToken(text);
    if (!parsed.ok) return refuse(reasons[parsed.error]);
    const { keyId, unverifiedClaims, jws } = parsed.value;
    const fault = keyFault(this.#view, keyId, nowSeconds);
    if (fault !== undefined) return refuse(fault);
    const key = await this.#keyOf(keyId);
    if (key === undefined) return refuse('token_key_unknown');
    if (!(await this.#primitives.verify(key, jws.signingInput, jws.signature))) {
      return refuse('token_signature_invalid');
    }
    const handles = handlesOfLineage(unverifiedClaims.lineage);
    const token = { claims: unverifiedClaims, keyId, hash, handles, holder: undefined };
    this.#checked.set(hash, token);
    return ok(token);
  }

  /** The feed's word for a key id is not taken: the id must be the thumbprint of the key. */
  async #keyOf(keyId: Thumbprint): Promise<VerifyKey | undefined> {
    const published = this.#view.tokenKey(keyId);
    if (published === undefined) return undefined;
    const known = this.#imported.get(published);
    if (known !== undefined) return known;
    const thumbprint = await this.#primitives.sha256(thumbprintInput(published.jwk));
    if (thumbprint !== keyId) return undefined;
    const key = await this.#primitives.importKey(published.jwk);
    if (key !== undefined) this.#imported.set(published, key);
    return key;
  }
}
