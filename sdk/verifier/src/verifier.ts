import type { ScopeSet } from '@creance/proto';
import { type Call, callOf } from './call.js';
import { type Destination, seenDestinations } from './destinations.js';
import { type LimitReason, type OnEvent, safely } from './events.js';
import { Failure } from './failure.js';
import type { FailureReason } from './failures.js';
import type { Feed } from './feed.js';
import type { Identity } from './identity.js';
import { Judge, type Judged, type Refusal } from './judge.js';
import { type VerifierLimits, verifierLimits } from './limits.js';
import { checkScopes, originFor, parsePublicOrigin, parseResourceMetadata } from './options.js';
import type { Origin } from './origin.js';
import type { Primitives } from './primitives.js';
import { type Entropy, systemEntropy } from './runtime/entropy.js';
import type { Strictness } from './settings.js';
import { type ReportedAs, tell } from './sighting.js';
import { beginMeasure, measured } from './telemetry/metrics.js';
import { VerifySpans } from './telemetry/verify-span.js';
import type { VerifierStatus } from './verifier-status.js';
import type { Witness } from './witness.js';

type Aim = readonly Destination[] | undefined;

/** What an action asks for. */
export interface VerifyOptions {
  /** Scopes of the action: the token must hold them all. At least one. */
  readonly scopes: readonly string[];
  /**
   * Name of the action in reports: a route template or a registered name of at most 128 characters,
   * never an argument. By default the method alone: a path may hold arguments.
   */
  readonly action?: string | undefined;
  /**
   * What the action is aimed at, for reports: recipients, tables, packages, as the request names them.
   * The verifier hashes them after it has answered, and only hashes leave it; at most 16 are told, and of
   * more the first 15 and one that counts as unreadable. An empty list says that the action has none;
   * undefined says nothing. With a promise the request is judged at once, and reported when it is kept; one
   * that fails says nothing.
   */
  readonly destinations?: Aim | Promise<Aim> | undefined;
  /** Where the request came from, for reports. The wrappers fill it in. */
  readonly origin?: Origin | undefined;
  /** Releases the identity when it aborts: the signal of whoever runs the call. */
  readonly signal?: AbortSignal | undefined;
}

/** The outcome of a verification. */
export type Verified =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure };

/** How a verifier judges. All of it may only make it stricter than the broker's manifest says. */
export interface VerifierOptions {
  readonly feed: Feed;
  /** Origin under which clients know the resource; by default that of the audience. */
  readonly publicOrigin?: string | undefined;
  /**
   * URL of the resource's metadata (RFC 9728), which you serve: challenges name it, so that clients such as
   * those of MCP find the way to a token, and to more scopes.
   */
  readonly resourceMetadata?: string | undefined;
  readonly strictness?: Strictness | undefined;
  /** Seconds after which a view is stale. */
  readonly maxStaleSeconds?: number | undefined;
  /** When proofs must carry a nonce: for 65 s after the start, or always. */
  readonly nonce?: 'after-start' | 'always' | undefined;
  /** Takes what was seen of each request; without one nothing is noted. */
  readonly reports?: Witness | undefined;
  readonly onEvent?: OnEvent | undefined;
  readonly entropy?: Entropy | undefined;
  readonly limits?: Partial<VerifierLimits> | undefined;
}

/** Verifies requests by a view of the revocation log, without calling anybody. */
export interface Verifier {
  /** Verifies a Web-standard request. Throws only when the options are at fault. */
  verify(request: Request, options: VerifyOptions): Promise<Verified>;
  /** The same for a request that was taken apart already. */
  verifyCall(call: Call, options: VerifyOptions): Promise<Verified>;
  /** Resolves when the first whole view is in force; rejects when the verifier is closed before. */
  ready(): Promise<void>;
  /** How its view stands now. */
  status(): VerifierStatus;
  /** Refuses everything from now on and ends every call that watches its signal. */
  close(): Promise<void>;
}

/** Makes a verifier over a feed that somebody else keeps going. */
export function createVerifier(options: VerifierOptions): Verifier {
  return new FeedVerifier(options);
}

class FeedVerifier implements Verifier {
  readonly #feed: Feed;
  readonly #judge: Judge;
  readonly #onEvent: OnEvent;
  readonly #entropy: Entropy;
  readonly #primitives: Primitives;
  readonly #reports: Witness | undefined;
  readonly #spans: VerifySpans;
  readonly #publicOrigin: string | undefined;
  readonly #resourceMetadata: string | undefined;
  readonly #nowMillis: () => number;
  readonly #ready: Promise<void>;
  readonly #stopListening: () => void;
  #failReady: (fault: Error) => void = () => {};

  constructor(options: VerifierOptions) {
    const { feed } = options;
    this.#feed = feed;
    this.#onEvent = safely(options.onEvent);
    this.#entropy = options.entropy ?? systemEntropy;
    this.#primitives = feed.primitives;
    this.#reports = options.reports;
    this.#spans = new VerifySpans(feed.view, feed.clock);
    this.#publicOrigin = parsePublicOrigin(options.publicOrigin);
    this.#resourceMetadata = parseResourceMetadata(options.resourceMetadata);
    this.#nowMillis = () => feed.clock.monotonicMillis();
    this.#judge = new Judge(feed, {
      publicOrigin: this.#publicOrigin,
      strictness: options.strictness,
      maxStaleSeconds: options.maxStaleSeconds,
      nonceAlways: options.nonce === 'always',
      entropy: this.#entropy,
      limits: { ...verifierLimits, ...options.limits },
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#failReady = reject;
      if (feed.view.isWhole) resolve();
      else feed.onChange(() => feed.view.isWhole && resolve());
    });
    // Whoever waits for it is told; whoever does not must not be ended by it.
    this.#ready.catch(() => {});
    this.#stopListening = feed.onChange((change) => {
      this.#judge.live.onChange(change);
      this.#spans.applied(change, feed.settings?.audience);
    });
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  status(): VerifierStatus {
    const { view } = this.#feed;
    const { revision, isRolledBack, auditHead } = view;
    return { revision, ageMillis: view.ageMillis(this.#nowMillis()), isRolledBack, auditHead };
  }

  async close(): Promise<void> {
    this.#judge.close();
    this.#stopListening();
    this.#failReady(new Error('the verifier was closed'));
  }

  async verify(request: Request, options: VerifyOptions): Promise<Verified> {
    return this.verifyCall(callOf(request), options);
  }

  async verifyCall(call: Call, options: VerifyOptions): Promise<Verified> {
    checkScopes(options.scopes);
    const { destinations: given } = options;
    const early = given instanceof Promise ? given : given && seenDestinations(given);
    const { settings } = this.#feed;
    const begun = this.#spans.begin();
    const beganMillis = beginMeasure(this.#nowMillis);
    const judged = await this.#judge.judge(call, options.scopes as ScopeSet);
    if (beganMillis !== undefined) measured(judged, this.#nowMillis() - beganMillis);
    const action = options.action ?? call.method;
    const seen = { call, action, resource: settings?.audience };
    const span = begun && this.#spans.verified(begun, seen, judged);
    const as = { action, unverifiedId: call.actionId, origin: options.origin, span };
    if (early instanceof Promise) void this.#reportLater(early, as, judged);
    else this.#report({ ...as, destinations: early }, judged);
    const { verdict } = judged;
    if (!verdict.ok) return { ok: false, failure: this.#failure(verdict.error, options) };
    const identity = verdict.value;
    if (options.signal?.aborted) identity.release();
    else options.signal?.addEventListener('abort', () => identity.release(), { once: true });
    return { ok: true, identity };
  }

  #report(as: ReportedAs, judged: Judged): void {
    if (this.#reports !== undefined) tell(this.#reports, as, judged, this.#primitives);
  }

  /** Nobody waits for it. */
  async #reportLater(
    aim: Promise<Aim>,
    as: Omit<ReportedAs, 'destinations'>,
    judged: Judged,
  ): Promise<void> {
    const seen = aim.then((named) => named && seenDestinations(named));
    const destinations = await seen.catch(() => undefined);
    this.#report({ ...as, destinations }, judged);
  }

  #failure({ reason, nonce }: Refusal, { scopes }: VerifyOptions): Failure {
    if (isLimit(reason)) this.#onEvent({ kind: 'limit', reason });
    const named = reason === 'insufficient_scope' ? scopes : undefined;
    const parts = { scopes: named, nonce, resourceMetadata: this.#resourceMetadata };
    const failure = new Failure(reason, parts, this.#entropy);
    this.#tellDenied(failure);
    return failure;
  }

  #tellDenied({ reason, requestId }: Failure): void {
    if (ordinary.includes(reason)) return;
    const { settings } = this.#feed;
    // What proofs must name: to tell an origin that was set wrong from a proof that is wrong.
    const isTarget = reason === 'proof_wrong_target' && settings !== undefined;
    const publicOrigin = isTarget ? originFor(this.#publicOrigin, settings) : undefined;
    this.#onEvent({
      kind: 'denied',
      reason,
      requestId,
      ...(publicOrigin !== undefined && { publicOrigin }),
    });
  }
}

/** Steps of a call in order: nobody is denied for long by them. */
const ordinary: readonly FailureReason[] = ['nonce_required', 'token_missing'];

function isLimit(reason: FailureReason): reason is FailureReason & LimitReason {
  return (
    reason === 'view_full' || reason === 'replay_memory_full' || reason === 'live_identities_full'
  );
}
