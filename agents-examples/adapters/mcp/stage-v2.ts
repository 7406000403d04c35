import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { creanceAuth } from './client.js';
import { type McpStage, Notes, openService, serveMcp, toolNames } from './stage-mcp.js';

/** Client and server of the TypeScript SDK 2, at the protocol revision of 2026. */
export const sdk2: McpStage = {
  lacksExport: (error) => {
    // Older clients do not read the challenge.
    const { requiredScope, data } = error as { requiredScope?: string; data?: { status?: number } };
    return requiredScope === undefined ? data?.status === 403 : requiredScope === 'contacts:export';
  },

  async serve(stage) {
    const place = await openService(stage);
    const notes = new Notes();
    const handler = createMcpHandler((ctx) => {
      const server = new McpServer({ name: 'crm', version: '1.0.0' });
      const inputSchema = z.object({});
      notes.told.push(JSON.stringify([ctx.authInfo, [...(ctx.requestInfo?.headers ?? [])]]));
      for (const name of toolNames)
        server.registerTool(name, { inputSchema }, () => notes.answer(name));
      server.registerTool('send_mail', { inputSchema }, () => notes.send());
      server.registerTool('watch_contacts', { inputSchema }, (_input, { mcpReq }) =>
        notes.watch(mcpReq.signal),
      );
      return server;
    });
    stage.closeLater(() => handler.close());
    return serveMcp(place, handler, notes);
  },

  async connect(stage, session, options) {
    const { url } = options;
    const transport = new StreamableHTTPClientTransport(
      new URL(url),
      creanceAuth(session, options),
    );
    const client = new Client(
      { name: 'agent', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    stage.closeLater(() => client.close());
    await client.connect(transport);
    return {
      call: (name, signal) =>
        client.callTool({ name, arguments: {} }, signal === undefined ? {} : { signal }),
    };
  },
};
