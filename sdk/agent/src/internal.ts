import type { Thumbprint } from '@creance/proto';
import { BrokerClient, type Creance } from './creance.js';
import type { SigningRequest } from './http/fetch.js';
import type { Signing } from './http/signing.js';
import { readKeyFile } from './keys/key-file.js';
import { BrokerSession } from './session/broker-session.js';
import type { ListenAsk } from './session/listening.js';
import type { MemberKind } from './session/open.js';
import type { Session } from './session/session.js';
import type { SessionOptions } from './session/session-options.js';

export { type EnvironmentSource, environmentSource } from './environment-source.js';
export type { MemberKind } from './session/open.js';

/** @internal What a key file says of the key in it, and nothing that opens anything. */
export interface KeyFileFacts {
  readonly issuer: string;
  readonly address: string;
  /** Thumbprint of the issuer's anchor key. */
  readonly anchor: Thumbprint;
  /** Thumbprint of the evidence key: what `creance cut --evidence` takes. */
  readonly key: Thumbprint;
}

/**
 * @internal Looks at a key file; undefined when there is none. Throws a `ConfigurationError` for one that
 * cannot be used.
 */
export async function keyFileFacts(path: string): Promise<KeyFileFacts | undefined> {
  const found = await readKeyFile(path);
  if (found === undefined) return undefined;
  const { issuer, address, anchor, key } = found;
  return { issuer, address, anchor, key: key.thumbprint };
}

/** @internal A session with what the broker's own command line needs. No part of the public API. */
export interface InternalSession extends Session {
  /** What the session may be used for. */
  readonly kind: MemberKind;
  /** Roles of an operator by the manifest of the moment; empty for others. */
  readonly roles: readonly string[];
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

/**
 * @internal Opens a session of whatever member the key of a client of this package is of: an operator too.
 * Throws as `client.session` does.
 */
export async function sessionOfAny(
  client: Creance,
  options: SessionOptions = {},
): Promise<InternalSession> {
  if (!(client instanceof BrokerClient)) throw new TypeError('the client is of another package');
  return client.sessionOfAny(options);
}
