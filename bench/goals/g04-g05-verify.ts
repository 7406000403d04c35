import { verify as verifySignature } from 'node:crypto';
import { derOf } from '@creance/proto';
import { createVerifier, type Verifier } from '@creance/verifier';
import { EmbeddedJWK, jwtVerify } from 'jose';
import { BenchClock } from '../bench-clock.js';
import { BenchKey, proofOf } from '../bench-key.js';
import { audience, scope } from '../bench-manifest.js';
import { type Figure, partIn, ratio } from '../figure.js';
import { interleaved, ownCpuMicros, type Subject } from '../harness.js';
import { feedWith, issuer, mintToken, tokenKey } from '../mini-issuer.js';
import type { Plan } from '../plan.js';

const bare = 'two bare ES256 checks';
const jose = 'jose on both';
const blind = 'first sight, nothing looked up';
const none = 'first sight, no cuts';
const some = 'first sight, 100,000 cuts';
const many = 'first sight, most cuts';
const seen = 'token seen, 100,000 cuts';

interface Use {
  readonly token: string;
  readonly proof: string;
}

/** Uses of tokens, each with a fresh proof; a token for each use, or a token of each key for all. */
function usesOf(count: number, sharesToken: boolean): Use[] {
  const keys = Array.from({ length: Math.ceil(count / 1_000) }, () => new BenchKey());
  const shared = new Map(keys.map((key) => [key, mintToken(key)]));
  return Array.from({ length: count }, (_, nth) => {
    const key = keys[nth % keys.length] as BenchKey;
    const token = sharesToken ? (shared.get(key) as string) : mintToken(key);
    return { token, proof: proofOf(key, token) };
  });
}

function subjectOf(name: string, check: (use: Use) => unknown, sharesToken = false): Subject {
  return {
    name,
    run(operations) {
      const uses = usesOf(operations, sharesToken);
      return ownCpuMicros(operations, (nth) => check(uses[nth] as Use));
    },
  };
}

function verifySubject(name: string, verifier: Verifier, sharesToken = false): Subject {
  const scopes = Object.freeze([scope]);
  const check = async ({ token, proof }: Use) => {
    const authorization = `DPoP ${token}`;
    const call = { method: 'GET', pathname: '/contacts', authorization, proof };
    const verified = await verifier.verifyCall(call, { scopes });
    if (!verified.ok) throw new Error(verified.failure.reason);
    verified.identity.release();
  };
  return subjectOf(name, check, sharesToken);
}

/** Nothing but the signatures of a token and of a proof, by keys that were imported before. */
function bareSubject(): Subject {
  const key = new BenchKey();
  const uses = (count: number) =>
    Array.from({ length: count }, () => {
      const token = mintToken(key);
      return [partsOf(token), partsOf(proofOf(key, token))] as const;
    });
  return {
    name: bare,
    run(operations) {
      const all = uses(operations);
      return ownCpuMicros(operations, (nth) => {
        const [token, proof] = all[nth] as (typeof all)[number];
        if (!verifySignature('sha256', token.input, tokenKey.publicKey, token.signature))
          throw new Error('the token is not signed');
        if (!verifySignature('sha256', proof.input, key.publicKey, proof.signature))
          throw new Error('the proof is not signed');
      });
    },
  };
}

function partsOf(jws: string) {
  const at = jws.lastIndexOf('.');
  const signature = derOf(Buffer.from(jws.slice(at + 1), 'base64url'));
  return { input: Buffer.from(jws.slice(0, at)), signature };
}

/** What a resource would do with jose alone: the token by its issuer's key, the proof by the key within it. */
function joseSubject(): Subject {
  const token = { issuer, audience, typ: 'at+jwt', algorithms: ['ES256'] };
  const proof = { typ: 'dpop+jwt', algorithms: ['ES256'], maxTokenAge: 300 };
  return subjectOf(jose, async (use) => {
    await jwtVerify(use.token, tokenKey.publicKey, token);
    await jwtVerify(use.proof, EmbeddedJWK, proof);
  });
}

/** A verifier whose view holds so many cuts, past the first minute in which it wants nonces. */
async function verifierOf(cuts: number, isBlind = false): Promise<Verifier> {
  const clock = new BenchClock();
  const feed = await feedWith(cuts, clock);
  if (isBlind) feed.view.faultOf = () => undefined;
  const verifier = createVerifier({ feed });
  await verifier.ready();
  clock.putRight();
  return verifier;
}

/**
 * CPU of this process for one verification of token and proof: on first sight and for a token seen before,
 * with views of several sizes and with one that looks nothing up; beside bare signature checks and jose.
 */
export async function measureVerify({ isQuick, own, slots }: Plan): Promise<Figure[]> {
  const most = isQuick ? 200_000 : 1_000_000;
  const verifiers = [await verifierOf(100_000, true), await verifierOf(0)];
  verifiers.push(await verifierOf(100_000), await verifierOf(most));
  const [blindOne, empty, full, fullest] = verifiers as [Verifier, Verifier, Verifier, Verifier];
  const subjects = [
    bareSubject(),
    joseSubject(),
    verifySubject(blind, blindOne),
    verifySubject(none, empty),
    verifySubject(some, full),
    verifySubject(many, fullest),
    verifySubject(seen, full, true),
  ];
  const spreads = await interleaved(subjects, own, slots);
  for (const verifier of verifiers) await verifier.close();
  const part = (name: string) => partIn(spreads, name);
  return [
    ratio('G4', part(blind), part(some)),
    ratio('G4.bare', part(bare), part(some)),
    ratio('G4.jose', part(jose), part(some), {
      note: 'jose checks signatures, type, issuer, audience and times, and remembers no proof.',
    }),
    ratio('G5', part(some), part(seen)),
    ratio('G11.verify', part(many), part(none), { note: `${most.toLocaleString('en')} cuts.` }),
  ];
}
