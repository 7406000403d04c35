import type { Session } from '@creance/sdk';
import { fetchFor, type ToolNeeds } from '../core/fetch-for.js';

/** Which MCP server, and what it is asked with. */
export interface McpAuthOptions extends ToolNeeds {
  /** URL of the server; nothing is sent to another origin. */
  readonly url: string | URL;
  /** Scopes of a tool's calls, by its name; a tool that is not named here is called with `scopes`. */
  readonly tools?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The options of a transport by their shape: of `@modelcontextprotocol/client` 2 and of `sdk` 1. */
export interface McpTransportAuth {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
}

/**
 * Signs what a streamable HTTP transport sends:
 *
 *     new StreamableHTTPClientTransport(url, creanceAuth(session, { url, audience, scopes, tools }));
 *
 * It is a `fetch`, not an `AuthProvider`: that one gives a bearer token, and a bound token needs a proof for
 * each request. Each tool call goes with the scopes of that tool alone.
 */
export function creanceAuth(session: Session, options: McpAuthOptions): McpTransportAuth {
  const { origin } = new URL(options.url);
  const tools = new Map(Object.entries(options.tools ?? {}));
  return {
    fetch: async (url, init = {}) => {
      if (new URL(url).origin !== origin)
        throw new TypeError(`no token is sent to another server than ${origin}`);
      const { method, tool } = messageOf(init.body);
      const isNamed = tool !== undefined && tools.has(tool);
      const needs = { ...options, scopes: (isNamed && tools.get(tool)) || options.scopes };
      // What a model has made up is an argument, not a name.
      const action = isNamed ? `${method} ${tool}` : (method ?? init.method ?? 'GET');
      return fetchFor(session, needs, url, { ...init, creance: { action } });
    },
  };
}

interface McpMessage {
  readonly method?: string;
  readonly tool?: string;
}

/** The transport makes the body itself, one message a request. */
function messageOf(body: RequestInit['body']): McpMessage {
  if (typeof body !== 'string') return {};
  const { method, params } = JSON.parse(body) as { method?: string; params?: { name?: string } };
  if (method === undefined) return {};
  return method === 'tools/call' && typeof params?.name === 'string'
    ? { method, tool: params.name }
    : { method };
}
