import { ok, refuse } from '@creance/proto';
import { unixSeconds } from '../domain/instant.js';
import { decide, type TokenAsk, type TokenGrant } from '../domain/policy.js';
import { grantAtLevel, type LevelOf, levelOfPath, type OnAsked } from '../domain/policy-risk.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import { mint, newTokenId } from '../tokens/mint.js';
import type { TokenRing } from '../tokens/token-ring.js';
import { type Command, sessionOf } from './call.js';

/** Parts of the verb. */
export interface IssueTokenParts {
  readonly issuer: string;
  readonly registry: CurrentRegistry;
  /** What the watch has put a session under. */
  readonly levelOf: LevelOf;
  readonly onAsked: OnAsked;
  readonly store: Pick<Store, 'path' | 'issueToken'>;
  readonly ring: Pick<TokenRing, 'signerAt'>;
  readonly entropy: Entropy;
}

/** A minted token. */
export interface IssuedToken {
  readonly token: string;
  readonly grant: TokenGrant;
  /** Seconds that it lives from now. */
  readonly lifetimeSeconds: number;
}

/**
 * Policy along the whole path, narrowed to the risk of it → one store step that checks every ancestor, gives the head of the log
 * and appends the audit record → mint → read what was minted. No token leaves before its record is
 * durable (law 4). A cut between the step and the mint is in the view with a newer revision than the
 * token's `rev`, so that every verifier refuses it.
 */
export function issueToken(parts: IssueTokenParts): Command<TokenAsk, IssuedToken> {
  return async (ask, call) => {
    const session = sessionOf(call);
    const path = parts.store.path(session.id);
    if (path.length === 0) return refuse({ reason: 'session_unknown' });
    // Before the decision and whatever it is: the answer says nothing of what the watch makes of it.
    parts.onAsked({
      session: session.id,
      audience: ask.audience,
      scopes: ask.scopes,
      what: 'token',
    });
    const allowed = decide(parts.registry(), path, ask, call.now);
    if (!allowed.ok) return allowed;
    const level = levelOfPath(path, parts.levelOf);
    const granted = grantAtLevel(path, allowed.value, level, call.now);
    if (!granted.ok) return granted;
    const grant = granted.value;
    const tokenId = newTokenId(parts.entropy);
    const nowSeconds = unixSeconds(call.now);
    const signer = parts.ring.signerAt(nowSeconds);
    // The clock has stepped out of every key's time; housekeeping makes and publishes another.
    if (signer === undefined) return refuse({ reason: 'clock_unsafe', retryAfterMillis: 5_000 });
    const step = await parts.store.issueToken({
      session: session.id,
      provenKey: session.key,
      now: call.now,
      audit: {
        kind: 'token_issued',
        at: call.now,
        actor: session.id,
        session: session.id,
        requestId: call.requestId,
        facts: {
          token: tokenId,
          resource: grant.resource.name,
          scopes: grant.scopes,
          expiresAt: grant.expiresAt,
          key: signer.keyId,
          ...(level !== 'calm' && { level }),
        },
      },
    });
    if (!step.ok) return refuse({ reason: step.error });
    // Cut meanwhile: every verifier would refuse the token (law 5). Another key signs already.
    if (parts.ring.signerAt(nowSeconds) !== signer)
      return refuse({ reason: 'clock_unsafe', retryAfterMillis: 100 });
    const token = mint(
      { issuer: parts.issuer, path, grant, revision: step.value, tokenId, nowSeconds },
      signer,
    );
    return token.ok
      ? ok({ token: token.value, grant, lifetimeSeconds: grant.expiresAt - nowSeconds })
      : token;
  };
}
