import {
  ok,
  parseProof,
  refuse,
  type SessionId,
  type Thumbprint,
  type UnverifiedProof,
} from '@creance/proto';
import {
  type Contradiction,
  type CounterMark,
  contradiction,
  type Doubt,
  type Fact,
  type ForeignKeyClaim,
  type ForeignKeyFact,
  type TheftProofs,
  type TwoProofsFact,
} from '../domain/fact.js';
import { unixSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { Store } from '../store/store.js';
import type { GenuineToken, GenuineTokens } from './genuine-token.js';
import { publicKeys } from './public-keys.js';
import { isSignedBy, sha256Base64url, thumbprintOf } from './signing-key.js';

/** A proof and the key that it names. */
interface ReadProof extends UnverifiedProof {
  readonly key: Thumbprint;
}

/** Opens the only maker of facts. What is cheap to tell comes before signatures. */
export function openTheftProofs(parts: {
  readonly genuineToken: GenuineTokens;
  readonly store: Pick<Store, 'session'>;
}): TheftProofs {
  const keys = publicKeys();
  const isSigned = ({ key, jwk, jws }: ReadProof): boolean => {
    const imported = keys.imported(key, jwk);
    return imported !== undefined && isSignedBy(imported, jws.signingInput, jws.signature);
  };
  return {
    hashOf: sha256Base64url,
    foreignKey(claim) {
      const token = parts.genuineToken(claim.token, claim.audience, claim.now);
      if (!token.ok) return token;
      const proof = readProof(claim.proof);
      if (proof === undefined) return refuse('proof_malformed');
      const doubt = foreignDoubt(proof, token.value, claim);
      if (doubt !== undefined) return refuse(doubt);
      if (!isSigned(proof)) return refuse('proof_signature_invalid');
      return ok(foreignFact(proof, token.value));
    },
    clonedKey({ session, proofs: [one, other] }) {
      const key = parts.store.session(session)?.key;
      const [a, b] = [readProof(one), readProof(other)];
      if (a === undefined || b === undefined)
        return refuse({ doubt: 'proof_malformed', at: a === undefined ? 0 : 1 });
      // By another key than the session has now, it says nothing of it: a rekey puts an end to clones.
      if (a.key !== key || b.key !== key)
        return refuse({ doubt: 'proof_wrong_key', at: a.key === key ? 1 : 0 });
      const found = contradictionOf(a, b);
      if (found === undefined)
        return refuse({ doubt: 'proofs_agree', marks: [markOf(a), markOf(b)] });
      if (!isSigned(a)) return refuse({ doubt: 'proof_signature_invalid', at: 0 });
      if (!isSigned(b)) return refuse({ doubt: 'proof_signature_invalid', at: 1 });
      return ok(twoProofsFact(session, found, a, b));
    },
  };
}

function readProof(text: string): ReadProof | undefined {
  const parsed = parseProof(text);
  return parsed.ok ? { ...parsed.value, key: thumbprintOf(parsed.value.jwk) } : undefined;
}

/**
 * The proof's method and target are not compared with anything: the broker knows a resource by its
 * audience and not by the URLs under which it is reached, and whoever makes a proof by a key of its own
 * can name any. What counts is that somebody with another key used this very token (`ath`), and now.
 */
function foreignDoubt(
  proof: ReadProof,
  token: GenuineToken,
  { token: text, now }: ForeignKeyClaim,
): Doubt | undefined {
  // Not only the key that the token names: after a rekey an honest agent may pair the old with the new.
  if (proof.key === token.keyThumbprint || proof.key === token.session.key)
    return 'proof_by_session_key';
  if (proof.tokenHash !== sha256Base64url(text)) return 'proof_wrong_token';
  const ageSeconds = Math.abs(unixSeconds(now) - proof.issuedAt);
  return ageSeconds > limits.counterSeconds ? 'proof_not_of_now' : undefined;
}

function foreignFact(proof: ReadProof, token: GenuineToken): ForeignKeyFact {
  return proven<ForeignKeyFact>({
    kind: 'foreign_key',
    session: token.sessionId,
    words: 'a live token of the session came with a proof by another key',
    figures: {
      token: token.id,
      tokenKey: token.keyThumbprint,
      proofKey: proof.key,
      proofIssuedAt: proof.issuedAt,
    },
  });
}

/**
 * Compares what was signed and not the compact forms: of one ECDSA signature anybody can make a second
 * one (r, n − s) that is as good, and so a second form of one and the same proof.
 */
function contradictionOf(one: ReadProof, other: ReadProof): Contradiction | undefined {
  if (one.jws.signingInput === other.jws.signingInput) return undefined;
  return contradiction(markOf(one), markOf(other));
}

const wordsOf: Readonly<Record<Contradiction, string>> = {
  counter_used_twice: 'the session key has signed two different proofs with the same counter',
  counter_went_back: 'the session key has signed a lower counter at a later time',
  counter_left_out:
    'the session key has signed a proof without a counter later than one with a counter: a copy of the key, or a client that makes proofs in two ways',
};

function twoProofsFact(
  session: SessionId,
  found: Contradiction,
  one: ReadProof,
  other: ReadProof,
): TwoProofsFact {
  return proven<TwoProofsFact>({
    kind: found === 'counter_left_out' ? found : 'cloned_key',
    session,
    words: wordsOf[found],
    figures: {
      key: one.key,
      oneCounter: one.counter ?? 0,
      oneIssuedAt: one.issuedAt,
      otherCounter: other.counter ?? 0,
      otherIssuedAt: other.issuedAt,
    },
  });
}

/** The only place where something becomes a fact. */
function proven<T extends Fact>(said: Pick<T, 'kind' | 'session' | 'words' | 'figures'>): T {
  return said as unknown as T;
}

function markOf({ counter, issuedAt }: UnverifiedProof): CounterMark {
  return { counter: counter ?? 0, issuedAt };
}
