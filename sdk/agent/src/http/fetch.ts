import type { ActionOutcome } from '../actions/action.js';
import { isFetchInstrumented } from '../telemetry/carry.js';
import { convention } from '../telemetry/names.js';
import { httpSpan } from '../telemetry/request-span.js';
import { type Challenge, readChallenge } from './challenge.js';
import { endingWithSession, faultOfCall } from './ended-call.js';
import { type ProtectedInit, type ProtectedRequest, parseRequest } from './request.js';
import { type BeginSpan, Signing, type SigningParts } from './signing.js';

/** Sends a request with a token and a proof of its own for each sending. See `Session.fetch`. */
export async function protectedFetch(
  parts: SigningParts,
  input: string | URL | Request,
  init: ProtectedInit,
): Promise<Response> {
  const request = parseRequest(input, init);
  const signing = new Signing(parts, request, httpSpan);
  const signal = AbortSignal.any([parts.signal, ...request.signals]);
  try {
    const response = await answerOf(input, request, signing, signal);
    const { status } = response;
    signing.answered(outcomeOf(response));
    const errorType = status >= 400 ? String(status) : undefined;
    signing.span?.answered({ [convention.httpStatus]: status }, errorType);
    return endingWithSession(response, signal, parts.askLife);
  } catch (fault) {
    const error = await faultOfCall(fault, signal, parts.askLife);
    signing.span?.failed(error);
    throw error;
  }
}

/** The answer that is no demand for another sending, or one that cannot be met. */
async function answerOf(
  input: string | URL | Request,
  request: ProtectedRequest,
  signing: Signing,
  signal: AbortSignal,
): Promise<Response> {
  const answered = new Set<Challenge>();
  for (;;) {
    const response = await sendOnce(input, request, signing, signal);
    signing.remember(response.headers.get('dpop-nonce'));
    const challenge = readChallenge(response);
    if (challenge === undefined || answered.has(challenge) || !request.resendable) return response;
    // Each challenge once in a request: a resource that is never content gets no endless stream of tokens.
    answered.add(challenge);
    // The connection is free again only when the body is out of the way.
    await response.body?.cancel();
    if (challenge === 'token') signing.refuse();
  }
}

/** What a resource does with a token that it does not let through (RFC 6750 §3.1). */
const refusals: readonly number[] = [401, 403];

function outcomeOf({ status }: Response): ActionOutcome {
  return refusals.includes(status) ? 'refused' : 'allowed';
}

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

/** The same, and how it is reported. */
export type SigningRequest = HeadersRequest & Pick<ProtectedInit, 'creance'>;

/** Parses a request that something else sends. Throws as `session.headers` does before it asks for a token. */
export function signingOf(
  parts: SigningParts,
  { url, method, ...rest }: SigningRequest,
  begin?: BeginSpan,
): Signing {
  return new Signing(parts, parseRequest(url, { ...rest, method: method ?? 'GET' }), begin);
}

async function sendOnce(
  input: string | URL | Request,
  request: ProtectedRequest,
  signing: Signing,
  signal: AbortSignal,
): Promise<Response> {
  const signed = await signing.sign(signal);
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(signed)) headers.set(name, value);
  if (!isFetchInstrumented()) signing.span?.carryBy(headers);
  const redirect = request.init.redirect ?? 'manual';
  const { method } = request;
  const send = () => fetch(input, { ...request.init, method, headers, redirect, signal });
  return signing.span === undefined ? send() : signing.span.run(send);
}
