import { isJoinToken, ok, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { JoinToken, Store } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { type AssertionParts, checkAssertion, useOnce } from './assertions.js';
import type { Attestor } from './evidence.js';
import { evidenceKeyFault } from './evidence-key.js';
import { isWithin } from './networks.js';

/**
 * Attests by a join token: the key that signs the assertion signs the token's hash and a nonce with it.
 * This looks at the token and takes nothing: it is redeemed with the session, in one transaction. Whether a use
 * is left is judged there alone: whom a token without one contests must have shown the rest to be good.
 */
export function joinTokenAttestor(
  store: Pick<Store, 'joinToken' | 'evidenceKey'>,
  parts: AssertionParts,
): Attestor<'join-token'> {
  return async ({ joinToken, assertion }, presentation) => {
    if (!isJoinToken(joinToken)) return refuse({ reason: 'join_token_unknown' });
    const genuine = checkAssertion(assertion, presentation, parts);
    if (!genuine.ok) return genuine;
    const hash = sha256Base64url(joinToken);
    if (genuine.value.joinTokenHash !== hash) {
      return refuse({
        reason: 'evidence_malformed',
        detail: { fault: 'jth is not the hash of the join token' },
      });
    }
    const known = await store.joinToken(hash);
    const { evidenceKey: key } = genuine.value;
    const reason = refusalOf(known, presentation);
    if (known === undefined || reason !== undefined)
      return refuse({ reason: reason ?? 'join_token_unknown', detail: joinTokenFacts(known, key) });
    const registered = await store.evidenceKey(key);
    const fault = registered && evidenceKeyFault(registered, presentation.now);
    if (fault !== undefined) return refuse(fault);
    const used = useOnce(genuine.value, parts);
    if (!used.ok) return used;
    return ok({
      member: known.member,
      evidenceKey: key,
      joinTokenHash: hash,
    });
  };
}

/** What operators may know of a join token that was refused, never the token. */
export function joinTokenFacts(
  known: JoinToken | undefined,
  key: string,
): NonNullable<Denial['detail']> {
  if (known === undefined) return { key };
  const { member, handle, expiresAt, used, uses, networks } = known;
  return { ...member, key, handle, expiresAt, used, uses, networks: networks.join(' ') };
}

function refusalOf(
  known: JoinToken | undefined,
  { address, now }: { readonly address: string; readonly now: number },
) {
  if (known === undefined) return 'join_token_unknown';
  if (now >= known.expiresAt) return 'join_token_expired';
  return isWithin(address, known.networks) ? undefined : 'join_token_wrong_network';
}
