import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from './failure.js';
import type { Identity } from './identity.js';
import { callOfNode, originOfNode } from './node-call.js';
import { checkScopes } from './options.js';
import type { OriginOptions } from './origin.js';
import { type RequireArguments, readRequire } from './route-options.js';
import { endWithToken } from './running-call.js';
import type { Verifier } from './verifier.js';

declare global {
  namespace Express {
    interface Request {
      /** Who makes the request; undefined unless `requireScopes` stands before. */
      identity?: Identity;
    }
  }
}

/** A request of Express, connect or `node:http`, by its shape. */
export interface ProtectedRequest extends IncomingMessage {
  /** The target as it came, where a router has cut off its own part. */
  readonly originalUrl?: string;
  /** The route of Express. */
  readonly route?: { readonly path?: unknown };
  identity?: Identity;
}

/** A handler in the form of Express and connect. */
export type Middleware = (
  request: ProtectedRequest,
  response: ServerResponse,
  next: (fault?: unknown) => void,
) => Promise<void>;

/** What reports say of requests. They tell the network of the socket's peer; behind a proxy, say so. */
export interface ExpressOptions extends OriginOptions<ProtectedRequest> {
  /**
   * Names the action: a template or a registered name, never an argument. By default the method and the
   * template of the route, as far as it is a text: `GET /contacts/:id`. The path under which a router is
   * mounted is left out, since Express tells it with its arguments filled in.
   */
  readonly actionOf?: ((request: ProtectedRequest) => string) | undefined;
}

/** What protects the routes of an app. */
export interface CreanceExpress {
  /**
   * Lets a request through when its token holds all of these scopes, sets `request.identity`, and ends
   * the call when the token ends while it runs. Throws for a scope that is none by form.
   * `requireScopes(['mail:send'], { destinations: (request) => … })` also tells what the action is aimed
   * at; what reads the body must stand before.
   */
  requireScopes(...args: RequireArguments<ProtectedRequest>): Middleware;
}

/**
 * Protects routes of Express 5, connect and `node:http`:
 *
 *     const { requireScopes } = creanceExpress(verifier);
 *     app.get('/contacts/:id', requireScopes('contacts:read'), (request, response) => …);
 *     createServer((request, response) => guard(request, response, () => …)).listen();
 */
export function creanceExpress(verifier: Verifier, options: ExpressOptions = {}): CreanceExpress {
  const { actionOf = routeOf } = options;
  return {
    requireScopes(...args) {
      const { scopes, route } = readRequire(args);
      checkScopes(scopes);
      return async (request, response, next) => {
        let mayBegin = false;
        try {
          mayBegin = await isLetThrough(request, response);
        } catch (fault) {
          next(fault);
          return;
        }
        if (mayBegin) next();
      };

      async function isLetThrough(
        request: ProtectedRequest,
        response: ServerResponse,
      ): Promise<boolean> {
        const call = callOfNode(request, request.originalUrl);
        const verified = await verifier.verifyCall(call, {
          scopes,
          action: route.action ?? actionOf(request),
          destinations: route.destinations?.(request),
          origin: originOfNode(request, request, options),
        });
        if (!verified.ok) {
          refuse(request, response, verified.failure);
          return false;
        }
        const { identity } = verified;
        request.identity = identity;
        if (response.closed) identity.release();
        else response.once('close', () => identity.release());
        return endWithToken(identity, (failure) => endCall(request, response, failure));
      }
    },
  };
}

function routeOf({ method = '', route }: ProtectedRequest): string {
  return typeof route?.path === 'string' ? `${method} ${route.path}` : method;
}

function endCall(request: IncomingMessage, response: ServerResponse, failure: Failure): void {
  if (response.headersSent) response.destroy();
  else refuse(request, response, failure);
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Failure,
): void {
  response.writeHead(status, headers);
  // A request that is still being sent would go on after its answer.
  response.end(JSON.stringify(body), () => request.complete || request.destroy());
}
