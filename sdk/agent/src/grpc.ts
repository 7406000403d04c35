import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { type GrpcResource, type GrpcResourceByMethod, requestOf } from './grpc/resource-ask.js';
import { type CallSigning, SignedCall } from './grpc/signed-call.js';
import type { SigningRequest } from './http/fetch.js';
import { internalSession } from './internal.js';
import type { Session } from './session/session.js';

export type { GrpcResource, GrpcResourceByMethod } from './grpc/resource-ask.js';

/**
 * Gives the calls of a grpc-js client a token and a proof each (RFC 9449 §7.1): `authorization` and
 * `dpop` in the metadata, `htm` POST, `htu` the resource's origin followed by the method path.
 *
 * ```ts
 * const interceptors = [creanceInterceptor(session, { audience, scopes: ['contacts:read'] })];
 * const client = new ContactsClient('crm.example.internal:443', credentials.createSsl(), { interceptors });
 * ```
 *
 * A call waits for its token, at most until its own deadline, and no other call waits with it. A call with
 * one request message takes one fresh nonce and one fresh token when the resource asks for them before it
 * has said anything; other calls end with its status, and the next ones carry the nonce. When the session
 * ends, the call ends with FAILED_PRECONDITION, a running stream too, also when the resource hears of the
 * cut first and ends it by its token.
 *
 * What cannot be signed ends with a status whose details begin with the code of the error: INVALID_ARGUMENT
 * for a request that could give the token away, such as an http origin that is not this machine, or
 * metadata with an `authorization` of its own; PERMISSION_DENIED for what is not granted;
 * FAILED_PRECONDITION for a session that is held or over; UNAVAILABLE when the broker is away. Whoever
 * makes the client must use TLS, except on this machine: an interceptor cannot see the channel.
 */
export function creanceInterceptor(
  session: Session,
  resource: GrpcResource | GrpcResourceByMethod,
): Interceptor {
  return (options, next) => {
    const { path } = options.method_definition;
    const wanted = typeof resource === 'function' ? resource(path) : resource;
    if (wanted === undefined) return new InterceptingCall(next(options));
    const { signal } = session;
    const signing = () => signingOf(session, requestOf(wanted, path));
    return new InterceptingCall(new SignedCall({ options, next, signing, signal }));
  };
}

/** A session of another copy of this package is used by its public face: it takes nothing afresh and reports nothing. */
function signingOf(session: Session, request: SigningRequest): CallSigning {
  const known = internalSession(session)?.signing(request);
  const fault = async () => undefined;
  const quiet = { refuse() {}, remember() {}, answered() {}, fault, span: undefined };
  return known ?? { sign: () => session.headers(request), ...quiet };
}
