import { actionHeader, type Call } from './call.js';
import { type Origin, type OriginOptions, originOf } from './origin.js';

/** A request of `node:http` or `node:http2`, by its shape. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/**
 * The call of a request of Node's own. Node keeps the first of two Authorization headers in silence, so
 * the raw list is read. `url` is the request's target where a framework has changed the request's own.
 */
export function callOfNode(request: NodeRequest, url: string = request.url ?? ''): Call {
  const query = url.indexOf('?');
  return {
    method: request.method ?? '',
    pathname: query < 0 ? url : url.slice(0, query),
    authorization: headerOf(request.rawHeaders, 'authorization'),
    proof: headerOf(request.rawHeaders, 'dpop'),
    actionId: headerOf(request.rawHeaders, actionHeader),
    traceHeader: (name) => headerOf(request.rawHeaders, name),
  };
}

/** Where a request of Node's own came from. A framework asks its options with a request of its own. */
export function originOfNode<Request>(
  { rawHeaders, socket }: NodeRequest,
  request: Request,
  options: OriginOptions<Request>,
): Origin {
  const client = headerOf(rawHeaders, 'user-agent');
  return originOf(request, options, { address: socket?.remoteAddress, client });
}

function headerOf(rawHeaders: readonly string[], name: string): string | null {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values.length === 0 ? null : values.join(', ');
}
