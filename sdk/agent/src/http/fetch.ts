import type { Nonces } from '../proof/nonces.js';
import type { ProofMaker } from '../proof/proof-maker.js';
import { abortable } from '../runtime/abortable.js';
import type { IssuedToken } from '../session/token.js';
import type { TokenCache } from '../session/token-cache.js';
import { type Challenge, readChallenge } from './challenge.js';
import { type ProtectedInit, type ProtectedRequest, parseRequest } from './request.js';

/** What a protected request needs of its session. */
export interface FetchParts {
  readonly tokens: TokenCache;
  readonly proofs: ProofMaker;
  readonly nonces: Nonces;
  readonly signal: AbortSignal;
}

/** Sends a request with a token and a proof of its own for each sending. See `Session.fetch`. */
export async function protectedFetch(
  parts: FetchParts,
  input: string | URL | Request,
  init: ProtectedInit,
): Promise<Response> {
  const request = parseRequest(input, init);
  const signal = AbortSignal.any([parts.signal, ...request.signals]);
  signal.throwIfAborted();
  let token = await abortable(signal, parts.tokens.get(request.ask));
  const answered = new Set<Challenge>();
  for (;;) {
    const response = await sendOnce(parts, input, request, token, signal);
    const challenge = readChallenge(response);
    if (challenge === undefined || answered.has(challenge) || !request.resendable) return response;
    answered.add(challenge);
    // The connection is free again only when the body is out of the way.
    await response.body?.cancel();
    if (challenge === 'token')
      token = await abortable(signal, parts.tokens.renew(request.ask, token));
  }
}

/** The two headers of one request (RFC 9449 §7.1). Bearer material, fit for this request only. */
export type SignedHeaders = { readonly authorization: string; readonly dpop: string };

/** Which request is to be signed. */
export interface HeadersRequest {
  readonly url: string | URL;
  /** `GET` when absent. */
  readonly method?: string | undefined;
  /** Audience of the resource; the origin of the URL when absent. */
  readonly audience?: string | undefined;
  readonly scopes: readonly string[];
  readonly lifetimeSeconds?: number | undefined;
}

/** Signs a request that something else sends. See `Session.headers`. */
export async function signedHeaders(
  parts: FetchParts,
  { url, method, ...rest }: HeadersRequest,
): Promise<SignedHeaders> {
  const request = parseRequest(url, { ...rest, method: method ?? 'GET' });
  parts.signal.throwIfAborted();
  return sign(parts, request, await abortable(parts.signal, parts.tokens.get(request.ask)));
}

function sign(parts: FetchParts, request: ProtectedRequest, token: IssuedToken): SignedHeaders {
  const { method, target, origin } = request;
  const text = token.reveal();
  const dpop = parts.proofs.make({ method, target, origin, token: text });
  return { authorization: `DPoP ${text}`, dpop };
}

async function sendOnce(
  parts: FetchParts,
  input: string | URL | Request,
  request: ProtectedRequest,
  token: IssuedToken,
  signal: AbortSignal,
): Promise<Response> {
  const { method, origin } = request;
  const headers = new Headers(request.headers);
  const signed = sign(parts, request, token);
  for (const [name, value] of Object.entries(signed)) headers.set(name, value);
  const redirect = request.init.redirect ?? 'manual';
  const response = await fetch(input, { ...request.init, method, headers, redirect, signal });
  parts.nonces.remember(origin, response.headers.get('dpop-nonce'));
  return response;
}
