import { createServer } from 'node:http';
import type { Verifier } from '@creance/verifier';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type CallToolResult, createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { creanceMcp } from '../mcp/server.js';

const inputSchema = z.object({});

type ReadContacts = (agent: string | undefined, signal: AbortSignal) => CallToolResult;

export function serve(verifier: Verifier, readContacts: ReadContacts): void {
  // README
  const tools = { read_contacts: ['contacts:read'], export_contacts: ['contacts:export'] };
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'crm', version: '1.0.0' });
    server.registerTool('read_contacts', { inputSchema }, (_input, { http, mcpReq }) =>
      readContacts(http?.authInfo?.clientId, mcpReq.signal),
    );
    return server;
  });
  const node = toNodeHandler(creanceMcp(verifier, { scopes: ['contacts:read'], tools }, handler));
  type NodeRequest = Parameters<typeof node>[0];
  createServer((request, reply) => node(request as NodeRequest, reply)).listen(8080);
  // end
}
