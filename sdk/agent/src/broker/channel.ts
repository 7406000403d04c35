import { reasonOf } from '../errors/refusal.js';
import type { EventListener } from '../events.js';
import { limits } from '../limits.js';
import type { Nonces } from '../proof/nonces.js';
import type { ProofMaker } from '../proof/proof-maker.js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { BrokerReply, BrokerTransport, FailedReply } from '../transport/contract.js';
import { withRetries } from './retry.js';

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
export interface CallAsk {
  readonly path: string;
  /** The encoded request; made anew for each sending, since evidence repeats the broker's nonce. */
  readonly request: (nonce: string | undefined) => Uint8Array;
  /** Whether the proof covers the request bytes. */
  readonly digest: boolean;
  readonly sessionId: string | undefined;
  /** Milliseconds for the call with its retries; default 5 s. */
  readonly deadlineMillis?: number;
  /** 1 for a call that must not happen twice; default 6. */
  readonly attemptsMax?: number;
  readonly signal?: AbortSignal | undefined;
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
  call(ask: CallAsk): Promise<Uint8Array> {
    const { clock, onEvent } = this.#parts;
    const plan = {
      deadlineMillis: ask.deadlineMillis ?? limits.callMillis,
      attemptsMax: ask.attemptsMax ?? limits.callAttempts,
      signal: ask.signal,
      onRetry: (retry: { attempt: number; waitMillis: number; error: { code: string } }) => {
        const { attempt, waitMillis, error } = retry;
        onEvent({ type: 'call_retried', method: ask.path, attempt, waitMillis, code: error.code });
      },
    };
    return withRetries(plan, this.#parts, async (remainingMillis) => {
      const startedAt = clock.monotonicMillis();
      const reply = await this.#send(ask, remainingMillis);
      if (reply.ok || !asksForNonce(reply) || ask.signal?.aborted) return reply;
      // Refused before anything happened, so this is safe for every call; once, or two could play ping-pong.
      return this.#send(ask, remainingMillis - (clock.monotonicMillis() - startedAt));
    });
  }

  async #send(ask: CallAsk, deadlineMillis: number): Promise<BrokerReply> {
    const { origin, nonces, transport } = this.#parts;
    const request = ask.request(nonces.get(origin));
    const proof = this.#proofs.make({
      method: 'POST',
      target: origin + ask.path,
      origin,
      content: ask.digest ? request : undefined,
    });
    const { path, sessionId } = ask;
    const reply = await transport.unary({ path, request, proof, sessionId, deadlineMillis });
    nonces.remember(origin, reply.nonce);
    return reply;
  }
}

function asksForNonce(reply: FailedReply): boolean {
  return reply.nonce !== undefined && reasonOf(reply) === 'nonce_required';
}
