import type { Attributes } from '@opentelemetry/api';
import type { SeenAction } from '../actions/action.js';
import type { SignedRequest } from '../http/signing.js';
import { ActionSpan } from './action-span.js';
import { convention } from './names.js';
import type { SpanReference } from './reference.js';
import type { SessionTrace } from './session-trace.js';
import { isTraced } from './tracing.js';

/** Methods that a span names (RFC 9110 §9, RFC 5789); every other one is `_OTHER`. */
const knownMethods: readonly string[] = [
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
];

/** Begins the span of an HTTP request, named as the action is, and by its method where nobody named it. */
export function httpSpan(
  session: SessionTrace,
  request: SignedRequest,
  action: string,
): ActionSpan | undefined {
  if (!isTraced()) return undefined;
  const isKnown = knownMethods.includes(request.method);
  const method = isKnown ? request.method : '_OTHER';
  const isNamed = action !== `HTTP ${request.method}`;
  const span = isNamed ? action : isKnown ? method : 'HTTP';
  const attributes = { [convention.httpMethod]: method, ...serverOf(request) };
  return new ActionSpan(session, { span, action, audience: request.ask.audience, attributes });
}

/** Begins the span of a gRPC call, whose action is its method: `/package.Service/Method`. */
export function rpcSpan(
  session: SessionTrace,
  request: SignedRequest,
  action: string,
): ActionSpan | undefined {
  if (!isTraced()) return undefined;
  const method = action.slice(1);
  const rpc = { [convention.rpcSystem]: 'grpc', [convention.rpcMethod]: method };
  const attributes = { ...rpc, ...serverOf(request) };
  const { audience } = request.ask;
  return new ActionSpan(session, { span: method, action, audience, attributes });
}

function serverOf({ origin }: SignedRequest): Attributes {
  const { hostname, port, protocol } = new URL(origin);
  const usual = protocol === 'https:' ? 443 : 80;
  return {
    [convention.serverAddress]: hostname,
    [convention.serverPort]: port === '' ? usual : Number(port),
  };
}

/** The span of an action that was done already, by other means: it has no length. */
export function recordedSpan(
  session: SessionTrace,
  { id, action, audience, outcome }: Omit<SeenAction, 'atMillis' | 'span'>,
): SpanReference | undefined {
  if (!isTraced()) return undefined;
  const span = new ActionSpan(session, { span: action, action, audience, attributes: {} });
  span.sentAs(id);
  span.came(outcome);
  span.answered({}, undefined);
  return span.reference;
}
