import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api';
import { reasonOf } from '../errors/refusal.js';
import type { EventListener } from '../events.js';
import { limits } from '../limits.js';
import type { Nonces } from '../proof/nonces.js';
import type { ProofMaker } from '../proof/proof-maker.js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { around, type SpanAround } from '../telemetry/around.js';
import { traceOf } from '../telemetry/carry.js';
import type { BrokerReply, BrokerTransport, FailedReply } from '../transport/contract.js';
import { type Outcome, withRetries } from './retry.js';

/** What every part of the SDK that talks to the broker shares. */
export interface BrokerParts {
  readonly transport: BrokerTransport;
  /** Public origin of the broker. */
  readonly origin: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly nonces: Nonces;
  readonly onEvent: EventListener;
}

/** One call as its caller sees it. */
export interface CallAsk<T> {
  readonly path: string;
  /** The encoded request; made anew for each sending, since evidence repeats the broker's nonce. */
  readonly request: (nonce: string | undefined) => Uint8Array;
  /** Reads the encoded response. Throws a `CreanceError` for one without sense. */
  readonly read: (response: Uint8Array) => T;
  /** Whether the proof covers the request bytes. */
  readonly digest: boolean;
  readonly sessionId: string | undefined;
  /** Proves the call a second time, by the key that it brings. */
  readonly newKey?: ProofMaker | undefined;
  /**
   * Asks the same over the session's stream first, for so many milliseconds at most; undefined when the
   * stream gives no answer. Only for what may be asked twice.
   */
  readonly overStream?: ((waitMillis: number) => Promise<Outcome<T> | undefined>) | undefined;
  /** Milliseconds for the call with its retries; default 5 s. */
  readonly deadlineMillis?: number | undefined;
  /** 1 for a call that must not happen twice; default 6. */
  readonly attemptsMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The span of the call with all its tries; without one it belongs to no trace. */
  readonly span?: SpanAround<T> | undefined;
}

/** Calls to the broker by one session key: proof, nonce, retries, typed errors. */
export class BrokerChannel {
  readonly #parts: BrokerParts;
  readonly #proofs: ProofMaker;

  constructor(parts: BrokerParts, proofs: ProofMaker) {
    this.#parts = parts;
    this.#proofs = proofs;
  }

  /** Makes the call. Throws a `CreanceError`, or the signal's reason. */
  call<T>(ask: CallAsk<T>): Promise<T> {
    const { onEvent } = this.#parts;
    const plan = {
      deadlineMillis: ask.deadlineMillis ?? limits.callMillis,
      attemptsMax: ask.attemptsMax ?? limits.callAttempts,
      signal: ask.signal,
      onRetry: (retry: { attempt: number; waitMillis: number; error: { code: string } }) => {
        const { attempt, waitMillis, error } = retry;
        onEvent({ type: 'call_retried', method: ask.path, attempt, waitMillis, code: error.code });
      },
    };
    return around(ask.span, (within) =>
      withRetries(plan, this.#parts, (remaining) => this.#try(ask, remaining, within)),
    );
  }

  async #try<T>(
    ask: CallAsk<T>,
    remainingMillis: number,
    within: Context | undefined,
  ): Promise<Outcome<T>> {
    const endsAt = this.#parts.clock.monotonicMillis() + remainingMillis;
    const remaining = () => endsAt - this.#parts.clock.monotonicMillis();
    const waitMillis = Math.min(limits.streamAnswerMillis, remainingMillis / 2);
    // What belongs to no trace may still run within one: timers keep the context that they were set in.
    const traced = within ?? ROOT_CONTEXT;
    const streamed = await context.with(traced, async () => ask.overStream?.(waitMillis));
    if (streamed !== undefined) return streamed;
    ask.signal?.throwIfAborted();
    const reply = await this.#send(ask, remaining(), within);
    if (reply.ok || !asksForNonce(reply) || ask.signal?.aborted) return readBy(ask, reply);
    // Refused before anything happened, so this is safe for every call; once, or two could play ping-pong.
    return readBy(ask, await this.#send(ask, remaining(), within));
  }

  async #send<T>(
    ask: CallAsk<T>,
    deadlineMillis: number,
    within: Context | undefined,
  ): Promise<BrokerReply> {
    const { origin, nonces, transport } = this.#parts;
    const { path, sessionId, newKey } = ask;
    const request = ask.request(nonces.get(origin));
    const content = ask.digest ? request : undefined;
    const proofAsk = { method: 'POST', target: origin + path, origin, content };
    const proof = this.#proofs.make(proofAsk);
    const newKeyProof = newKey?.make(proofAsk);
    const trace = within === undefined ? {} : traceOf(within);
    const call = { path, request, proof, newKeyProof, sessionId, deadlineMillis, trace };
    const reply = await transport.unary(call);
    nonces.remember(origin, reply.nonce);
    return reply;
  }
}

function readBy<T>(ask: CallAsk<T>, reply: BrokerReply): Outcome<T> {
  return reply.ok ? { ok: true, response: ask.read(reply.response) } : reply;
}

/** Whether a call was refused for want of the nonce that came along. */
export function asksForNonce(reply: FailedReply): boolean {
  return reply.nonce !== undefined && reasonOf(reply) === 'nonce_required';
}
