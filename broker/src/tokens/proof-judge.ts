import { createHash } from 'node:crypto';
import {
  ok,
  type PublicJwk,
  parseProof,
  proofFault,
  proofTarget,
  type Result,
  refuse,
  type Thumbprint,
  type UnverifiedProof,
} from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { type Instant, unixSeconds } from '../domain/instant.js';
import type { Clock } from '../runtime/clock.js';
import { openMemoryHoles } from './memory-holes.js';
import type { Nonces } from './nonces.js';
import { publicKeys } from './public-keys.js';
import type { ReplayMemory } from './replay-memory.js';
import { isSameSecret } from './same-secret.js';
import { isSignedBy, thumbprintOf } from './signing-key.js';

/** A proof that came with a call. */
export interface PresentedProof {
  /** Every value of the metadata entry `dpop`. */
  readonly proofs: readonly string[];
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The bytes of the request, when the proof must cover them. */
  readonly digestOf: Uint8Array | undefined;
  /** Whether a nonce of this process is asked whatever the time. */
  readonly nonceAlways: boolean;
  /** The key that it must be by; undefined when any key will do. */
  readonly expectedKey: Thumbprint | undefined;
  /** The one nonce that it must carry, whoever made that; absent: any fresh one of this process. */
  readonly nonce?: string;
}

/** What a proof proved. */
export interface ProvenKey {
  readonly key: Thumbprint;
  readonly jwk: PublicJwk;
  readonly counter: number | undefined;
  /** Unix seconds, as the proof says. */
  readonly issuedAt: number;
}

/** Judges proofs of calls to the broker (RFC 9449 §4.3). */
export interface ProofJudge {
  judge(presented: PresentedProof): Result<ProvenKey, Denial>;
  /** The nonce to hand out now. */
  nonce(): string;
}

/**
 * Opens a judge for one public origin. While the memory of proofs may have holes, every proof must carry
 * a nonce of this process: what an earlier process has seen is forgotten, and needs no disk.
 */
export function openProofJudge(parts: {
  /** Asked at each call: with port 0 it is known only once the broker listens. */
  readonly publicOrigin: () => string;
  readonly clock: Clock;
  readonly nonces: Nonces;
  readonly replays: ReplayMemory;
}): ProofJudge {
  const { publicOrigin, clock, nonces, replays } = parts;
  const hasHoles = openMemoryHoles(clock);
  const keys = publicKeys();

  const faultOf = (proof: UnverifiedProof, key: Thumbprint, presented: PresentedProof) =>
    proofFault(proof, {
      method: 'POST',
      target: proofTarget(publicOrigin() + presented.path) ?? '',
      nowSeconds: unixSeconds(clock.now()),
      ...(presented.digestOf && { contentDigest: contentDigest(presented.digestOf) }),
      ...(presented.expectedKey && { key: { expected: presented.expectedKey, actual: key } }),
    });

  const isNonceGood = (nonce: string | undefined, presented: PresentedProof, now: number) => {
    if (presented.nonce !== undefined)
      return nonce !== undefined && isSameSecret(nonce, presented.nonce);
    if (nonce !== undefined) return nonces.isFresh(nonce, now);
    return !presented.nonceAlways && !hasHoles();
  };

  return {
    nonce: () => nonces.current(clock.monotonicMillis()),
    judge(presented) {
      const [text, second] = presented.proofs;
      if (text === undefined || second !== undefined) return refuse({ reason: 'proof_missing' });
      const parsed = parseProof(text);
      if (!parsed.ok) return refuse({ reason: 'proof_malformed', detail: { fault: parsed.error } });
      const proof = parsed.value;
      const key = thumbprintOf(proof.jwk);
      const fault = faultOf(proof, key, presented);
      if (fault !== undefined)
        return refuse({
          reason: fault,
          detail: proofFacts(proof, clock.now(), publicOrigin() + presented.path),
        });
      const now = clock.monotonicMillis();
      if (!isNonceGood(proof.nonce, presented, now)) return refuse({ reason: 'nonce_required' });
      const publicKey = keys.imported(key, proof.jwk);
      if (!publicKey || !isSignedBy(publicKey, proof.jws.signingInput, proof.jws.signature)) {
        return refuse({ reason: 'proof_signature_invalid' });
      }
      // A stranger's proof is not remembered: anybody can make keys, and would fill the memory. What a
      // new key presents beside it is remembered instead, once it is known to be genuine.
      if (presented.expectedKey !== undefined) {
        const remembered = replays.remember('proof', key, proof.id, now);
        if (remembered === 'replayed') return refuse({ reason: 'proof_replayed', detail: { key } });
        if (remembered === 'full')
          return refuse({ reason: 'replay_memory_full', retryAfterMillis: 5_000 });
      }
      return ok({ key, jwk: proof.jwk, counter: proof.counter, issuedAt: proof.issuedAt });
    },
  };
}

/** What a proof said, for operators: whither and when it was made, and what it should have said. */
function proofFacts(
  { target, issuedAt }: UnverifiedProof,
  now: Instant,
  expected: string,
): NonNullable<Denial['detail']> {
  return { presented: target, expected, madeAt: issuedAt, clock: unixSeconds(now) };
}

/** `sha-256=:<base64>:` of bytes (RFC 9530 §2). */
export function contentDigest(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}
