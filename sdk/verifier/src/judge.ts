import { firstScopeMissing, ok, type Result, refuse, type ScopeSet } from '@creance/proto';
import { type Call, type Presented, presentedBy } from './call.js';
import { claimsFault } from './claims.js';
import { ClockSteps } from './clock-steps.js';
import type { FailureReason } from './failures.js';
import type { Feed } from './feed.js';
import { type Identity, identityOf } from './identity.js';
import type { VerifierLimits } from './limits.js';
import { LiveIdentities } from './live-identities.js';
import { Nonces } from './nonces.js';
import { maxStaleMillis, originFor, strictestOf } from './options.js';
import { type ForeignProof, type GenuineProof, genuineProof, type ProofTarget } from './proofs.js';
import { ReplayMemory } from './replay.js';
import type { Entropy } from './runtime/entropy.js';
import type { FeedSettings, Strictness } from './settings.js';
import { type GenuineToken, keyFault, Tokens } from './tokens.js';

/** A refusal on its way up. */
export interface Refusal {
  readonly reason: FailureReason;
  /** A fresh nonce, where one is asked for. */
  readonly nonce?: string;
}

/** The verdict, and how far the judge has come: what a witness may say. */
export interface Judged {
  readonly verdict: Result<Identity, Refusal>;
  /** The token, when it is genuine. */
  readonly token?: GenuineToken;
  /** Whether the token is made out to this resource. */
  readonly isOurs?: boolean;
  /** The proof, when it is genuine, for this request and by the token's key. */
  readonly proof?: GenuineProof;
  /** The proof, when all that is wrong with it may be its key. */
  readonly foreign?: ForeignProof;
}

/** By what a judge judges. */
export interface Rules {
  readonly publicOrigin: string | undefined;
  readonly strictness: Strictness | undefined;
  readonly maxStaleSeconds: number | undefined;
  readonly nonceAlways: boolean;
  readonly entropy: Entropy;
  readonly limits: VerifierLimits;
}

/**
 * Judges one request after the other. Two questions, in this order: are token and proof genuine and
 * for this request, and does the state of this moment permit the action?
 */
export class Judge {
  readonly live: LiveIdentities;
  readonly #feed: Feed;
  readonly #rules: Rules;
  readonly #tokens: Tokens;
  readonly #replays: ReplayMemory;
  readonly #nonces: Nonces;
  readonly #steps: ClockSteps;
  #isClosed = false;

  constructor(feed: Feed, rules: Rules) {
    const { limits } = rules;
    this.#feed = feed;
    this.#rules = rules;
    this.#tokens = new Tokens(feed.view, feed.primitives, limits.tokensCachedMax);
    this.#replays = new ReplayMemory(limits);
    this.#nonces = new Nonces(feed.primitives, rules.entropy);
    this.#steps = new ClockSteps(feed.clock.now(), feed.clock.monotonicMillis());
    this.live = new LiveIdentities(feed.view, feed.clock, limits.liveIdentitiesMax);
  }

  /** Refuses everything from now on and ends every call that is watched. */
  close(): void {
    this.#isClosed = true;
    this.live.close();
  }

  /** Judges a call for an action that needs these scopes. */
  async judge(call: Call, scopes: ScopeSet): Promise<Judged> {
    const presented = presentedBy(call);
    if (!presented.ok) return refused(presented.error);
    const { clock, settings } = this.#feed;
    const feedFault = this.#feedFault();
    if (feedFault !== undefined || settings === undefined) {
      return refused(feedFault ?? 'view_missing');
    }
    const target = this.#targetOf(call, settings);
    if (!target.ok) return { verdict: target };
    const nowSeconds = clock.now() / 1_000;
    const token = await this.#tokens.genuine(presented.value.unverifiedToken, nowSeconds);
    if (!token.ok) return refused(token.error);
    const request = { method: call.method, target: target.value, nowSeconds };
    return this.#judgeProof(presented.value, token.value, request, scopes, settings);
  }

  /** The token is genuine. Is it for here and now, and the proof its own and for this request? */
  async #judgeProof(
    { unverifiedToken, unverifiedProof }: Presented,
    token: GenuineToken,
    request: ProofTarget,
    scopes: ScopeSet,
    settings: FeedSettings,
  ): Promise<Judged> {
    const { primitives, view } = this.#feed;
    const { nowSeconds } = request;
    const expected = { issuer: view.issuer, audience: settings.audience, nowSeconds };
    const fault = claimsFault(token.claims, expected);
    if (fault !== undefined) {
      const isOurs = fault !== 'token_wrong_issuer' && fault !== 'token_wrong_audience';
      return { verdict: refuse({ reason: fault }), token, isOurs };
    }
    const proof = await genuineProof(unverifiedProof, token, request, primitives);
    if (!proof.ok) {
      const { reason, foreign } = proof.error;
      const judged = { verdict: refuse({ reason }), token, isOurs: true };
      if (foreign === undefined) return judged;
      const texts = { proofText: unverifiedProof, tokenText: unverifiedToken };
      return { ...judged, foreign: { unverifiedProof: foreign, ...texts } };
    }
    const refusal = this.#needsNonce() ? await this.#nonceRefusal(proof.value) : undefined;
    const verdict =
      refusal === undefined ? this.#clear(token, proof.value, scopes, settings) : refuse(refusal);
    return { verdict, token, isOurs: true, proof: proof.value };
  }

  /**
   * Does the state of this moment permit it? One step without a wait, so that no cut, no other key and
   * no second use of the proof can come in between. The proof is remembered last: only what is let
   * through costs memory.
   */
  #clear(
    token: GenuineToken,
    proof: GenuineProof,
    scopes: ScopeSet,
    settings: FeedSettings,
  ): Result<Identity, Refusal> {
    const { clock, view } = this.#feed;
    const { claims } = token;
    const nowMillis = clock.monotonicMillis();
    const fault =
      (this.#replays.has(proof.memoryKey, nowMillis) ? 'proof_replayed' : undefined) ??
      this.#feedFault() ??
      keyFault(view, token.keyId, clock.now() / 1_000) ??
      view.faultOf(token.handles, claims.revision);
    if (fault !== undefined) return refuse({ reason: fault });
    const { maxStaleSeconds, strictness } = this.#rules;
    const stale = view.ageMillis(nowMillis) > maxStaleMillis(settings, maxStaleSeconds);
    if (stale && strictestOf(settings.strictness, strictness) === 'strict') {
      return refuse({ reason: 'feed_stale' });
    }
    if (firstScopeMissing(scopes, claims.scopes) !== undefined) {
      return refuse({ reason: 'insufficient_scope' });
    }
    if (this.live.isFull) return refuse({ reason: 'live_identities_full' });
    const owner = { key: claims.keyThumbprint, workload: workloadOf(token) };
    const remembered = this.#replays.remember(proof.memoryKey, owner, nowMillis);
    if (remembered !== 'fresh') {
      return refuse({
        reason: remembered === 'full' ? 'replay_memory_full' : 'proof_replayed',
      });
    }
    return ok(identityOf(token, proof, stale, this.live));
  }

  #feedFault(): FailureReason | undefined {
    const { view, isDistrusted } = this.#feed;
    if (this.#isClosed) return 'verifier_closed';
    if (isDistrusted) return 'feed_distrusted';
    if (view.isFull) return 'view_full';
    return view.isWhole ? undefined : 'view_missing';
  }

  /**
   * What the proof must name. The path is taken as it came: a proof's is compared in its normal form, so
   * that a path in any other form, which a router may read in another way, is proved by nothing.
   */
  #targetOf({ pathname }: Call, settings: FeedSettings): Result<string, Refusal> {
    const origin = originFor(this.#rules.publicOrigin, settings);
    if (origin === undefined) return refuse({ reason: 'public_origin_missing' });
    // Without the slash it would go on with the host.
    if (!pathname.startsWith('/')) return refuse({ reason: 'proof_wrong_target' });
    return ok(origin + pathname);
  }

  #needsNonce(): boolean {
    const { clock } = this.#feed;
    return this.#steps.hasHoles(clock.now(), clock.monotonicMillis()) || this.#rules.nonceAlways;
  }

  async #nonceRefusal({ nonce }: GenuineProof): Promise<Refusal | undefined> {
    const nowMillis = this.#feed.clock.monotonicMillis();
    if (nonce !== undefined && (await this.#nonces.isFresh(nonce, nowMillis))) return undefined;
    return { reason: 'nonce_required', nonce: await this.#nonces.current(nowMillis) };
  }
}

/** A refusal before anything genuine was seen. */
function refused(reason: FailureReason): Judged {
  return { verdict: refuse({ reason }) };
}

/** The workload that acts; its session where a token names no workload. */
function workloadOf({ claims: { lineage, sessionId } }: GenuineToken): string {
  return lineage.workloads.at(-1) ?? sessionId;
}
