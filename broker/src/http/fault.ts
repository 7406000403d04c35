import type { FastifyReply, FastifyRequest } from 'fastify';

/** Why a request is refused, by its stable name. */
export type HttpFault = keyof typeof faults;

const faults = {
  request_malformed: { status: 400, message: 'the request is not HTTP as this door reads it' },
  not_found: { status: 404, message: 'there is nothing here' },
  method_not_allowed: { status: 405, message: 'this is read with GET' },
  body_not_allowed: { status: 413, message: 'a request carries no body here' },
  rate_limited: { status: 429, message: 'too many requests' },
  head_too_large: { status: 431, message: 'the head of the request is too large' },
  internal: { status: 500, message: 'the broker has a fault' },
  not_ready: { status: 503, message: 'the broker does not serve now' },
} as const;

/** Refuses a request: a name, words for everybody, and the request id by which an operator finds the rest. */
export function refuseHttp(
  request: FastifyRequest,
  reply: FastifyReply,
  fault: HttpFault,
): FastifyReply {
  const { status, message } = faults[fault];
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ error: fault, message, request_id: request.id });
}

/** The same for bytes that were no request: there is nothing to answer through. */
export function rawRefusal(fault: HttpFault, requestId: string): string {
  const { status, message } = faults[fault];
  const body = JSON.stringify({ error: fault, message, request_id: requestId });
  return [
    `HTTP/1.1 ${status} ${fault}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
