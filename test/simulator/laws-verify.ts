import type { Minted } from './ledger.js';
import { delayMillisMax } from './network.js';
import type { Scene } from './scene.js';
import type { VerifierHost } from './verifier-host.js';

/** A use of a token that a verifier has judged. */
export interface Used {
  readonly host: VerifierHost;
  readonly token: string;
  /** `ok`, or the reason against it. */
  readonly verdict: string;
  /** By the key of the token, for this request. */
  readonly isHonest: boolean;
  /** Whether this process of the verifier sees the proof for the first time. */
  readonly isFirst: boolean;
  /** Seconds that the clock of whoever made the proof is ahead of the verifier's. */
  readonly skewSeconds: number;
}

const maxStaleMillis = 10_000;

/** Milliseconds by which a frame may be older than it looks while clocks are right: `clockSkewMillisMax`. */
const skewMillis = 5_000;

/** What may be asked of a good use before it is taken. */
const steps = ['ok', 'nonce_required'];

/** Laws 2, 5 and 6 over a verdict. */
export function checkVerdict(world: Scene, used: Used): void {
  const minted = world.ledger.minted.find(({ token }) => token === used.token);
  if (used.verdict === 'ok') checkTaken(world, used, minted);
  else if (minted !== undefined && used.isHonest && used.isFirst) checkRefused(world, used, minted);
}

function checkTaken(world: Scene, { host, isHonest }: Used, minted: Minted | undefined): void {
  const { laws, ledger, time } = world;
  const { view } = host.feed;
  if (minted === undefined) {
    laws.fail('law 4', 'a token is taken that nobody has issued');
    return;
  }
  if (!isHonest) laws.fail('law 1', 'a token is taken without a proof of its own');
  const age = view.ageMillis(host.clock.monotonicMillis());
  if (!view.isWhole || age > maxStaleMillis) laws.fail('law 6', `a view of ${age} ms is believed`);
  const expired = host.clock.seconds >= minted.claims.expiresAt;
  if (expired) laws.fail('law 6', 'a token is taken after its time');
  const known = ledger.cutsHeldAt(minted, view.revision)[0];
  if (known !== undefined) laws.fail('law 2', `${host.name} knows of ${known.revision} and takes`);
  // Law 2, for everybody: nobody takes long what has ended, however the network is.
  const held = world.isClockStepped ? delayMillisMax : Math.min(skewMillis, delayMillisMax);
  const boundMillis = maxStaleMillis + held + 1_000;
  const late = ledger
    .cutsOf(minted)
    .find(({ seenMillis }) => time.nowMillis - seenMillis > boundMillis);
  if (late !== undefined)
    laws.fail('law 2', `${host.name} takes for too long after ${late.revision}`);
}

/** Law 5: what nothing stands against is taken. */
function checkRefused(world: Scene, { host, verdict, skewSeconds }: Used, minted: Minted): void {
  const { view } = host.feed;
  const { claims, keyId } = minted;
  const now = host.clock.seconds;
  const isCurrent = view.isWhole && view.ageMillis(host.clock.monotonicMillis()) < maxStaleMillis;
  const isKnown = view.revision >= claims.revision && view.tokenKey(keyId) !== undefined;
  const inTime = now < claims.expiresAt && claims.issuedAt <= now + 4 && Math.abs(skewSeconds) < 4;
  // A genuine cut stands also behind something that is missing: a view may be ahead of its revision.
  const isCut = world.ledger.cutsOf(minted).length > 0;
  const isOurs = claims.audience === 'https://crm.example.internal';
  if (!isCurrent || !isKnown || !inTime || isCut || !isOurs || steps.includes(verdict)) return;
  world.laws.fail('law 5', `${host.name} refuses a good token: ${verdict}`);
}

const seenRevisions = new WeakMap<VerifierHost, { runs: number; revision: number }>();

/** Laws 2 and 3 over every view and every token that may be used: what a view stands for, it holds. */
export function checkViews(world: Scene): void {
  for (const host of world.verifiers) {
    const { view } = host.feed;
    const seen = seenRevisions.get(host);
    if (seen?.runs === host.runs && view.revision < seen.revision)
      world.laws.fail('law 3', `the view of ${host.name} went back`);
    seenRevisions.set(host, { runs: host.runs, revision: view.revision });
    if (!view.isWhole) continue;
    for (const minted of world.ledger.minted) checkView(world, host, minted);
  }
}

function checkView({ ledger, laws }: Scene, host: VerifierHost, minted: Minted): void {
  const { view } = host.feed;
  const isCut = ledger.cutsHeldAt(minted, view.revision).length > 0;
  const { revision } = minted.claims;
  const holds =
    view.faultOf([...minted.handles], revision) !== undefined || view.isKeyCut(minted.keyId);
  if (isCut && !holds)
    laws.fail('law 2', `the view of ${host.name} at ${view.revision} has lost a cut`);
  // A genuine cut stands also when something before it is missing: then the view is ahead of its revision.
  const everCut = ledger.cutsOf(minted).length > 0;
  if (holds && !everCut && view.revision <= (ledger.rows.at(-1)?.revision ?? 0))
    laws.fail('law 5', `the view of ${host.name} cuts what nobody has cut`);
}
