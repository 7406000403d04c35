import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
} from 'fastify';
import type { Failure } from './failure.js';
import type { Identity } from './identity.js';
import { callOfNode, originOfNode } from './node-call.js';
import type { OriginOptions } from './origin.js';
import { type RequireArguments, readRequire } from './route-options.js';
import { endWithToken } from './running-call.js';
import type { Verifier } from './verifier.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; null unless the route has `requireScopes`. */
    identity: Identity | null;
  }
  interface FastifyInstance {
    /** The verifier of `creanceFastify`. */
    creanceVerifier: Verifier;
    /** How `creanceFastify` was told to learn where requests come from. */
    creanceOrigin: OriginOptions<FastifyRequest>;
  }
}

/**
 * Registers a verifier: `app.register(creanceFastify(verifier))`, then `requireScopes` per route. Reports
 * tell the network of the socket's peer; behind a proxy, say so.
 */
export function creanceFastify(
  verifier: Verifier,
  origin: OriginOptions<FastifyRequest> = {},
): FastifyPluginAsync {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.decorate('creanceVerifier', verifier);
    app.decorate('creanceOrigin', origin);
    app.decorateRequest('identity', null);
  };
  // What the plug-in decorates must reach the routes beside it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/**
 * A hook for a route's `onRequest` or `preHandler`: lets a request through when its token holds all of
 * these scopes, sets `request.identity`, and ends the call when the token ends while it runs. Reports
 * name the action by the route's template, such as `GET /contacts/:id`.
 *
 * `requireScopes(['mail:send'], { destinations: ({ body }) => … })` also tells what the action is aimed at;
 * a request has its body from `preHandler` on.
 */
export function requireScopes(
  ...args: RequireArguments<FastifyRequest>
): onRequestAsyncHookHandler {
  const { scopes, route } = readRequire(args);
  return async (request, reply) => {
    const { creanceOrigin, creanceVerifier } = request.server;
    const options = {
      scopes,
      action: route.action ?? actionOf(request),
      destinations: route.destinations?.(request),
      origin: originOfNode(request.raw, request, creanceOrigin),
    };
    const verified = await creanceVerifier.verifyCall(callOfNode(request.raw), options);
    if (!verified.ok) return refuse(reply, verified.failure);
    const { identity } = verified;
    request.identity = identity;
    reply.raw.once('close', () => identity.release());
    const mayBegin = endWithToken(identity, (failure) => endCall(request, reply, failure));
    return mayBegin ? undefined : reply;
  };
}

function actionOf({ method, routeOptions }: FastifyRequest): string {
  return routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`;
}

/** Gives nothing back: a reply is thenable, and an event listener's promise is taken for a fault. */
function endCall({ raw }: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  if (reply.raw.headersSent || reply.sent) {
    reply.raw.destroy();
    return;
  }
  // A request that is still being sent would go on after its answer.
  reply.raw.once('finish', () => raw.complete || raw.destroy());
  void refuse(reply, failure);
}

function refuse(reply: FastifyReply, { status, headers, body }: Failure): FastifyReply {
  return reply.code(status).headers(headers).send(JSON.stringify(body));
}
