import type { Identity } from '@creance/verifier';

/** The header that names a session of MCP (MCP 2025-06-18, Streamable HTTP, Session Management). */
const idHeader = 'mcp-session-id';

/** Characters of an id. */
const idCharsMax = 256;

/** Creance sessions that are remembered, and ids of MCP of each; what was unused for longest goes first. */
export const mcpSessionBounds = { owners: 10_000, idsOfOne: 16 } as const;

/**
 * Whose session of MCP is whose. An id of MCP is a name and no proof: it serves the Creance session that it
 * was given to and nobody else, neither a parent nor a child. So a stolen id is worth nothing, and an id
 * ends with its session, since every request needs a token of that one. The protocol of 2026 has no such
 * sessions: then nothing is remembered.
 */
export class McpSessions {
  readonly #owned = new Map<string, Set<string>>();

  /**
   * Lets a request through when it names no session, or the caller's own. Every other id is answered as one
   * that never was (404, on which a client begins a new session): nobody learns which ids there are.
   */
  async own(
    request: Request,
    { sessionId }: Identity,
    answer: () => Promise<Response>,
  ): Promise<Response> {
    const named = request.headers.get(idHeader);
    if (named !== null && !this.#owned.get(sessionId)?.has(named)) return unknown();
    const reply = await answer();
    const ended = named !== null && request.method === 'DELETE' && reply.ok;
    const given = reply.headers.get(idHeader) ?? named;
    if (ended) this.#owned.get(sessionId)?.delete(named);
    else if (given !== null && given.length <= idCharsMax) this.#use(sessionId, given);
    return reply;
  }

  #use(owner: string, id: string): void {
    const ids = this.#owned.get(owner) ?? new Set();
    // Moves both to the end: they keep the order of insertion, so the first is unused for longest.
    this.#owned.delete(owner);
    this.#owned.set(owner, ids);
    ids.delete(id);
    ids.add(id);
    dropFirst(ids, mcpSessionBounds.idsOfOne);
    dropFirst(this.#owned, mcpSessionBounds.owners);
  }
}

function dropFirst(all: Map<string, unknown> | Set<string>, most: number): void {
  for (const first of all.keys()) {
    if (all.size <= most) break;
    all.delete(first);
  }
}

function unknown(): Response {
  const error = { code: -32_001, message: 'Session not found' };
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 404 });
}
