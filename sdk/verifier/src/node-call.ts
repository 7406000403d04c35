import type { Call } from './call.js';

/** A request of `node:http` or `node:http2`, by its shape. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
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
  };
}

function headerOf(rawHeaders: readonly string[], name: string): string | null {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values.length === 0 ? null : values.join(', ');
}
