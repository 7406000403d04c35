import {
  asJsonObject,
  ok,
  type PublicJwk,
  parseJws,
  parsePublicJwk,
  type Result,
  refuse,
  type Thumbprint,
  thumbprintInput,
} from '@creance/proto';
import type { Primitives, VerifyKey } from './primitives.js';

/** The key that signs frames and settings, as the anchor vouches for it. */
export interface FeedKey {
  readonly id: Thumbprint;
  readonly key: VerifyKey;
  /** Unix seconds from which on its signatures count for nothing. */
  readonly expiresAt: number;
}

/** Why a statement about a feed key counts for nothing. */
export type StatementFault =
  /** It is signed by another key than the pinned anchor. */
  | 'anchor_mismatch'
  /** It cannot be read, or its signature is wrong. */
  | 'feed_key_invalid'
  /** It speaks of another issuer. */
  | 'feed_key_other_issuer'
  /** It is from the future or has ended. */
  | 'feed_key_expired'
  /** A development broker speaks for an issuer that is none, or the other way round. */
  | 'dev_mismatch';

/** What a statement is judged by. */
export interface Pinned {
  readonly issuer: string;
  /** Thumbprint of the issuer's anchor key. */
  readonly anchor: Thumbprint;
  readonly primitives: Primitives;
  readonly nowSeconds: number;
}

/** `typ` of a statement about a feed key. */
export const feedKeyStatementType = 'creance-feed-key+jwt';

const statementForm = {
  charsMax: 2_048,
  types: [feedKeyStatementType],
  members: ['jwk'],
} as const;

/** Seconds by which the clock of the broker may be ahead. */
const leewaySeconds = 5;

/** Issuers of development brokers. Nobody can register a name under `.invalid` (RFC 2606 §2). */
const devIssuerForm = /^https:\/\/dev\.[^/]+\.invalid$/;

/**
 * Judges a statement about a feed key: by the pinned anchor, for this issuer, in time. A development
 * broker's counts only for a development issuer, and nobody else's does.
 */
export async function judgeFeedKey(
  statement: string,
  pinned: Pinned,
): Promise<Result<FeedKey, StatementFault>> {
  const { issuer, anchor, primitives, nowSeconds } = pinned;
  const parsed = parseJws(statement, statementForm);
  if (!parsed.ok) return refuse('feed_key_invalid');
  const { header, payload, signingInput, signature } = parsed.value;
  const anchorJwk = parsePublicJwk(header['jwk']);
  if (anchorJwk === undefined) return refuse('feed_key_invalid');
  if ((await primitives.sha256(thumbprintInput(anchorJwk))) !== anchor) {
    return refuse('anchor_mismatch');
  }
  const anchorKey = await primitives.importKey(anchorJwk);
  if (!anchorKey || !(await primitives.verify(anchorKey, signingInput, signature))) {
    return refuse('feed_key_invalid');
  }
  const { iss, iat, exp, cnf, dev } = payload as Record<string, unknown>;
  const jwk = parsePublicJwk(asJsonObject(cnf)?.['jwk']);
  if (!isSeconds(iat) || !isSeconds(exp) || jwk === undefined || !isFlag(dev)) {
    return refuse('feed_key_invalid');
  }
  if (iss !== issuer) return refuse('feed_key_other_issuer');
  if ((dev ?? false) !== devIssuerForm.test(issuer)) return refuse('dev_mismatch');
  if (iat > nowSeconds + leewaySeconds || nowSeconds >= exp) return refuse('feed_key_expired');
  return importFeedKey(jwk, exp, primitives);
}

async function importFeedKey(
  jwk: PublicJwk,
  expiresAt: number,
  primitives: Primitives,
): Promise<Result<FeedKey, StatementFault>> {
  const key = await primitives.importKey(jwk);
  if (key === undefined) return refuse('feed_key_invalid');
  const id = (await primitives.sha256(thumbprintInput(jwk))) as Thumbprint;
  return ok({ id, key, expiresAt });
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isFlag(value: unknown): value is boolean | undefined {
  return value === undefined || typeof value === 'boolean';
}
