import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Verified, Verifier } from '@creance/verifier';
import { joinVerifier } from '@creance/verifier/grpc';
import { BenchKey, proofOf } from './bench-key.js';
import { scope } from './bench-manifest.js';
import { type HostAsk, type HostTell, sharedMillis } from './spread-messages.js';

// Hosts some verifiers of one resource, each with a feed over a connection of its own. It lets each run a call
// of a session, and says when the call was ended; then each must refuse the session's next request.
const { CREANCE_JOIN, FOLDER = '.', COUNT = '1', HOST = '0' } = process.env;
const origin = `http://resource-${HOST}.example.internal`;
const atOnce = 10;
const scopes = [scope];
const say = (message: HostTell) => process.send?.(message);
process.once('disconnect', () => process.exit());

interface Hosted {
  readonly verifier: Verifier;
  /** Where the view stood since the last arming, and since when. */
  stood: { readonly revision: number; readonly atMillis: number }[];
}

async function open(nth: number): Promise<Hosted> {
  const hosted: { verifier?: Verifier; stood: Hosted['stood'] } = { stood: [] };
  hosted.verifier = await joinVerifier({
    join: CREANCE_JOIN,
    keyFile: join(FOLDER, `verifier-${HOST}-${nth}.key.json`),
    publicOrigin: origin,
    onEvent(event) {
      if (event.kind === 'applied')
        hosted.stood.push({ revision: event.revision, atMillis: sharedMillis() });
    },
  });
  await hosted.verifier.ready();
  return hosted as Hosted;
}

/** One request; in its first minute a verifier wants a nonce in the proof, and then it is asked once more. */
async function request({ verifier }: Hosted, token: string, key: BenchKey): Promise<Verified> {
  const ask = (nonce?: string) => {
    const proof = proofOf(key, token, { origin, nonce });
    const call = { method: 'GET', pathname: '/contacts', authorization: `DPoP ${token}`, proof };
    return verifier.verifyCall(call, { scopes });
  };
  const verified = await ask();
  if (verified.ok || verified.failure.reason !== 'nonce_required') return verified;
  return ask(verified.failure.headers['dpop-nonce']);
}

/** Begins a call; the promise that is given in a list, so as not to be waited for, is when it was ended. */
async function begin(hosted: Hosted, token: string, key: BenchKey): Promise<[Promise<number>]> {
  hosted.stood = [];
  const verified = await request(hosted, token, key);
  if (!verified.ok) throw new Error(`refused before the cut: ${verified.failure.reason}`);
  const { signal } = verified.identity;
  return [
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve(sharedMillis()), { once: true }),
    ),
  ];
}

async function refuses(hosted: Hosted, token: string, key: BenchKey): Promise<void> {
  const verified = await request(hosted, token, key);
  const reason = verified.ok ? 'let in' : verified.failure.reason;
  if (reason !== 'token_cut') throw new Error(`after the cut: ${reason}`);
}

async function arm(all: readonly Hosted[], token: string, key: BenchKey): Promise<void> {
  const begun: [Promise<number>][] = [];
  for (const hosted of all) begun.push(await begin(hosted, token, key));
  say({ kind: 'armed' });
  const atMillis = await Promise.all(begun.map(([ended]) => ended));
  for (const hosted of all) await refuses(hosted, token, key);
  say({ kind: 'ended', atMillis });
}

async function when(all: readonly Hosted[], revision: number): Promise<void> {
  const atOf = ({ stood }: Hosted) => stood.find((at) => at.revision >= revision)?.atMillis;
  while (!all.every((hosted) => atOf(hosted) !== undefined)) await pause(10);
  say({ kind: 'stood', atMillis: all.map((hosted) => atOf(hosted) as number) });
}

const hosts: Hosted[] = [];
while (hosts.length < Number(COUNT)) {
  const count = Math.min(atOnce, Number(COUNT) - hosts.length);
  const first = hosts.length;
  hosts.push(...(await Promise.all(Array.from({ length: count }, (_, nth) => open(first + nth)))));
}
process.on('message', (ask: HostAsk) => {
  if (ask.kind === 'arm') void arm(hosts, ask.token, new BenchKey(ask.key));
  else void when(hosts, ask.revision);
});
say({ kind: 'ready' });
