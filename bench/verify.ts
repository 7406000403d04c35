import { verify as verifySignature } from 'node:crypto';
import { derOf } from '@creance/proto';
import { createVerifier, type Feed, type Verifier } from '@creance/verifier';
import { formatSpread, interleaved, ownCpuMicros, type Subject } from './harness.js';
import { BenchKey, feedWith, mintToken, proofOf, tokenKey } from './mini-issuer.js';

interface Use {
  readonly token: string;
  readonly proof: string;
}

/** Uses of tokens, each with a fresh proof; a token for each use, or one for all. */
function usesOf(count: number, sharesToken: boolean): Use[] {
  const keys = Array.from({ length: Math.ceil(count / 1_000) }, () => new BenchKey());
  const shared = new Map(keys.map((key) => [key, mintToken(key)]));
  return Array.from({ length: count }, (_, nth) => {
    const key = keys[nth % keys.length] as BenchKey;
    const token = sharesToken ? (shared.get(key) as string) : mintToken(key);
    return { token, proof: proofOf(key, token) };
  });
}

function bareSubject(): Subject {
  return {
    name: 'bare ES256 signature check',
    run(operations) {
      const uses = usesOf(operations, false).map(({ token }) => {
        const at = token.lastIndexOf('.');
        return [
          Buffer.from(token.slice(0, at)),
          derOf(Buffer.from(token.slice(at + 1), 'base64url')),
        ] as const;
      });
      return ownCpuMicros(operations, (nth) => {
        const [input, signature] = uses[nth] as (typeof uses)[number];
        if (!verifySignature('sha256', input, tokenKey.publicKey, signature))
          throw new Error('not signed');
      });
    },
  };
}

function verifySubject(name: string, verifier: Verifier, sharesToken: boolean): Subject {
  const scopes = Object.freeze(['contacts:read']);
  return {
    name,
    run(operations) {
      const uses = usesOf(operations, sharesToken);
      return ownCpuMicros(operations, async (nth) => {
        const { token, proof } = uses[nth] as Use;
        const call = {
          method: 'GET',
          pathname: '/contacts',
          authorization: `DPoP ${token}`,
          proof,
        };
        const verified = await verifier.verifyCall(call, { scopes });
        if (!verified.ok) throw new Error(verified.failure.reason);
        verified.identity.release();
      });
    },
  };
}

/** Waits until the verifier asks for no nonces any more: 65 s after its start. */
async function verifierOf(feed: Feed): Promise<Verifier> {
  const verifier = createVerifier({ feed });
  await verifier.ready();
  return verifier;
}

/**
 * CPU of one verification: token and proof, so two signatures on first sight and one for a token seen
 * before; with an empty view and with 100,000 cuts in it; beside one bare signature check.
 */
export async function measureVerify(quick: boolean): Promise<void> {
  const empty = await verifierOf(await feedWith(0));
  const full = await verifierOf(await feedWith(100_000));
  console.log('\nwaiting 66 s: a verifier asks for nonces in its first minute');
  await new Promise((resolve) => setTimeout(resolve, 66_000));
  const subjects = [
    bareSubject(),
    verifySubject('verify, first sight, empty view', empty, false),
    verifySubject('verify, first sight, 100,000 cuts', full, false),
    verifySubject('verify, token seen, 100,000 cuts', full, true),
  ];
  const plan = quick
    ? { warmUp: 2_000, operations: 1_000, rounds: 3 }
    : { warmUp: 5_000, operations: 3_000, rounds: 9 };
  const spreads = await interleaved(subjects, plan);
  console.log('CPU microseconds of one check');
  for (const [name, spread] of spreads) console.log(`  ${name.padEnd(36)} ${formatSpread(spread)}`);
  const [bare, first, walked, seen] = [...spreads.values()].map(({ median }) => median) as [
    number,
    number,
    number,
    number,
  ];
  console.log(`  view of 100,000 ÷ empty view: ${(walked / first).toFixed(3)}`);
  console.log(`  two bare signatures ÷ first sight with view: ${((2 * bare) / walked).toFixed(3)}`);
  console.log(`  one bare signature ÷ token seen with view: ${(bare / seen).toFixed(3)}`);
  await empty.close();
  await full.close();
}
