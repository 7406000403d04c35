import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { AdapterStage } from '../stage/stage.js';
import type { McpHandler } from './server.js';
import { type McpService, Notes, openService, serveMcp } from './stage-mcp.js';

/** A server of SDK 1 that keeps sessions of MCP, as its documentation does it: a transport for each id. */
export async function serveWithSessions(stage: AdapterStage): Promise<McpService> {
  const place = await openService(stage);
  const notes = new Notes();
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const handler: McpHandler = {
    async fetch(request, options) {
      notes.told.push(request.method);
      const known = transports.get(request.headers.get('mcp-session-id') ?? '');
      return (known ?? (await fresh())).handleRequest(request, options);
    },
  };
  const fresh = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const server = new McpServer({ name: 'crm', version: '1.0.0' });
    server.registerTool('read_contacts', {}, () => notes.answer('read_contacts'));
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    await server.connect(transport as Transport);
    return transport;
  };
  return serveMcp(place, handler, notes);
}
