import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
} from 'fastify';
import type { Call } from './call.js';
import { Failure } from './failure.js';
import type { Identity, TokenEnded } from './identity.js';
import type { Verifier } from './verifier.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; null unless the route has `requireScopes`. */
    identity: Identity | null;
  }
  interface FastifyInstance {
    /** The verifier of `creanceFastify`. */
    creanceVerifier: Verifier;
  }
}

/** Registers a verifier: `app.register(creanceFastify(verifier))`, then `requireScopes` per route. */
export function creanceFastify(verifier: Verifier): FastifyPluginAsync {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.decorate('creanceVerifier', verifier);
    app.decorateRequest('identity', null);
  };
  // What the plug-in decorates must reach the routes beside it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/**
 * A hook for a route's `onRequest` or `preHandler`: lets a request through when its token holds all of
 * these scopes, sets `request.identity`, and ends the call when the token ends while it runs.
 */
export function requireScopes(...scopes: string[]): onRequestAsyncHookHandler {
  Object.freeze(scopes);
  return async (request, reply) => {
    const verified = await request.server.creanceVerifier.verifyCall(callOf(request), { scopes });
    if (!verified.ok) return refuse(reply, verified.failure);
    const { identity } = verified;
    request.identity = identity;
    reply.raw.once('close', () => identity.release());
    const { signal } = identity;
    const end = () => endCall(reply, (signal.reason as TokenEnded).reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return signal.aborted ? reply : undefined;
  };
}

/** Gives nothing back: a reply is thenable, and an event listener's promise is taken for a fault. */
function endCall(reply: FastifyReply, reason: TokenEnded['reason']): void {
  if (reply.raw.headersSent || reply.sent) reply.raw.destroy();
  else void refuse(reply, new Failure(reason));
}

function refuse(reply: FastifyReply, { status, headers, body }: Failure): FastifyReply {
  return reply.code(status).headers(headers).send(JSON.stringify(body));
}

/** Node keeps the first of two Authorization headers in silence, so the raw list is read. */
function callOf({ raw }: FastifyRequest): Call {
  const url = raw.url ?? '';
  const query = url.indexOf('?');
  return {
    method: raw.method ?? '',
    pathname: query < 0 ? url : url.slice(0, query),
    authorization: headerOf(raw.rawHeaders, 'authorization'),
    proof: headerOf(raw.rawHeaders, 'dpop'),
  };
}

function headerOf(rawHeaders: readonly string[], name: string): string | null {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values.length === 0 ? null : values.join(', ');
}
