import { Feed, type FeedOptions } from '../feed.js';
import type { Identity } from '../identity.js';
import { createVerifier, type Verified, type Verifier, type VerifierOptions } from '../verifier.js';
import { type TestClock, testClock } from './test-clock.js';
import { TestIssuer, wireDecoders } from './test-issuer.js';

/** A verifier with its issuer, its feed and its clock. */
export interface Bench {
  readonly clock: TestClock;
  readonly issuer: TestIssuer;
  readonly feed: Feed;
  readonly verifier: Verifier;
  /** Sends token and proof with a request; fresh good ones where none are given. */
  send(parts?: {
    readonly token?: string;
    readonly proof?: string;
    readonly scopes?: readonly string[];
    readonly url?: string;
    readonly signal?: AbortSignal;
  }): Promise<Verified>;
}

/** Milliseconds after which proofs need no nonce any more. */
const afterStartMillis = 65_000;

const nonce = new Uint8Array(16);

/** Opens a verifier whose view is whole and whose start is long ago. */
export async function openBench(
  options: Omit<VerifierOptions, 'feed'> = {},
  feedOptions: Partial<FeedOptions> = {},
  settings: Parameters<TestIssuer['opening']>[1] = {},
): Promise<Bench> {
  const clock = testClock();
  const issuer = new TestIssuer(clock);
  const feed = new Feed({
    issuer: issuer.issuer,
    anchor: issuer.anchor.thumbprint,
    decoders: wireDecoders,
    clock,
    ...feedOptions,
  });
  const verifier = createVerifier({ feed, ...options });
  clock.advance(afterStartMillis);
  const opened = await feed.open(issuer.opening(nonce, settings), nonce);
  if (!opened.ok) throw new Error(opened.error);
  const applied = await feed.receive(issuer.snapshot());
  if (!applied.ok) throw new Error(applied.error);
  const send: Bench['send'] = (parts = {}) => {
    const token = parts.token ?? issuer.token();
    const url = parts.url ?? `${issuer.audience}/contacts`;
    const headers = { authorization: `DPoP ${token}`, dpop: parts.proof ?? issuer.proof(token) };
    const { scopes = ['contacts:read'], signal } = parts;
    return verifier.verify(new Request(url, { headers }), { scopes, signal });
  };
  return { clock, issuer, feed, verifier, send };
}

/** The identity that a good token gives. */
export async function identityOf(
  bench: Bench,
  token: string = bench.issuer.token(),
): Promise<Identity> {
  const verified = await bench.send({ token });
  if (!verified.ok) throw new Error(verified.failure.reason);
  return verified.identity;
}

/** The reason of a refusal; `ok` when there is none. */
export function outcome(verified: Verified): string {
  return verified.ok ? 'ok' : verified.failure.reason;
}
