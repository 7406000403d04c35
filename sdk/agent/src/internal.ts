import type { SigningRequest } from './http/fetch.js';
import type { Signing } from './http/signing.js';
import { BrokerSession } from './session/broker-session.js';
import type { ListenAsk } from './session/listening.js';
import type { MemberKind } from './session/open.js';
import type { Session } from './session/session.js';

export type { MemberKind } from './session/open.js';

/** @internal A session with what the broker's own command line needs. No part of the public API. */
export interface InternalSession extends Session {
  /** What the session may be used for. */
  readonly kind: MemberKind;
  /** Signs a gRPC call as `session.headers` does, as often as it has to be sent, with a span of its own. */
  signing(request: SigningRequest): Signing;
  /**
   * Makes a unary call as the session, with a proof that covers the request bytes when `digest` is set.
   * Tried once, except that a demand for a nonce is answered. Throws a `CreanceError`, or the reason
   * of `signal` when the session is over.
   */
  call(
    methodPath: string,
    requestBytes: Uint8Array,
    options: { readonly digest: boolean },
  ): Promise<Uint8Array>;
  /**
   * Makes a call as the session that the broker answers with a stream; once, without a digest. The end of
   * the session closes it without a word: its signal tells. Never keeps the process alive.
   */
  listen(ask: ListenAsk): { close(): void };
}

/** @internal The inner face of a session of this package; undefined for anything else. */
export function internalSession(session: Session): InternalSession | undefined {
  return session instanceof BrokerSession ? session : undefined;
}
