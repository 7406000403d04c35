import { type Identity, protect, type Verifier } from '@creance/verifier';
import { boundedText } from '../core/bounded-text.js';
import { withinTrace } from '../core/within-trace.js';
import { authInfoOf, type McpAuthInfo } from './auth-info.js';
import { parseJson, toolOf } from './messages.js';
import { McpSessions } from './sessions.js';

/** What an MCP server asks of tokens. */
export interface McpServerOptions {
  /** Scopes of everything but tool calls. */
  readonly scopes: readonly string[];
  /** Scopes of each tool, by its name; a tool that is missing here needs all scopes there are. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  /** Bytes of a request's body; 1 MiB when absent. A larger one is answered 413. */
  readonly bodyBytesMax?: number | undefined;
}

/** A handler by its shape: of `createMcpHandler` in `@modelcontextprotocol/server` 2, or around a transport of 1. */
export interface McpHandler {
  fetch(
    request: Request,
    given: { authInfo: McpAuthInfo; parsedBody?: unknown },
  ): Promise<Response>;
}

const bodyBytes = 1_048_576;

/**
 * Lets a request through to an MCP server when its token holds the scopes of the tool that it calls, and ends
 * the call when the token ends. The SDK's own `requireBearerAuth` cannot judge a proof.
 */
export function creanceMcp(
  verifier: Verifier,
  { scopes, tools, bodyBytesMax = bodyBytes }: McpServerOptions,
  handler: McpHandler,
): { fetch(request: Request): Promise<Response> } {
  const all = [...new Set([...scopes, ...Object.values(tools).flat()])];
  const sessions = new McpSessions();
  const byName = new Map<unknown, readonly string[]>(Object.entries(tools));
  return {
    async fetch(request) {
      const body = await boundedText(request, bodyBytesMax);
      if (body === undefined) return new Response(null, { status: 413 });
      const parsedBody = parseJson(body);
      // What is judged here is what is run: the handler gets the same object.
      const calls = [parsedBody].flat().flatMap(toolOf);
      const needed = calls.length === 0 ? scopes : calls.flatMap((name) => byName.get(name) ?? all);
      const action = byName.has(calls[0]) ? `tools/call ${calls[0]}` : 'mcp';
      const guarded = protect(verifier, { scopes: [...new Set(needed)], action }, (_, identity) => {
        const given = { authInfo: authInfoOf(identity), parsedBody };
        const inner = withoutToken(request, body, identity);
        return sessions.own(inner, identity, () =>
          withinTrace(inner, () => handler.fetch(inner, given)),
        );
      });
      return guarded(request);
    },
  };
}

function withoutToken(request: Request, body: string, identity: Identity): Request {
  const headers = new Headers(request.headers);
  for (const name of ['authorization', 'dpop']) headers.delete(name);
  const signal = AbortSignal.any([request.signal, identity.signal]);
  const { url, method } = request;
  return new Request(url, { method, headers, signal, ...(body !== '' && { body }) });
}
