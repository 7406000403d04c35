import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { creanceAuth } from './client.js';
import type { McpHandler } from './server.js';
import { type McpStage, Notes, openService, serveMcp, toolNames } from './stage-mcp.js';

/** Client and server of the TypeScript SDK 1, without MCP sessions. */
export const sdk1: McpStage = {
  lacksExport: (error) => (error as { code?: unknown }).code === 403,

  async serve(stage) {
    const place = await openService(stage);
    const notes = new Notes();
    const handler: McpHandler = {
      async fetch(request, options) {
        const server = new McpServer({ name: 'crm', version: '1.0.0' });
        notes.told.push(JSON.stringify([options.authInfo, [...request.headers]]));
        for (const name of toolNames) server.registerTool(name, {}, () => notes.answer(name));
        server.registerTool('send_mail', {}, () => notes.send());
        server.registerTool('watch_contacts', {}, () => notes.watch(request.signal));
        const transport = new WebStandardStreamableHTTPServerTransport();
        await server.connect(transport as Transport);
        return transport.handleRequest(request, options);
      },
    };
    return serveMcp(place, handler, notes);
  },

  async connect(stage, session, options) {
    const { url } = options;
    const transport = new StreamableHTTPClientTransport(
      new URL(url),
      creanceAuth(session, options),
    );
    const client = new Client({ name: 'agent', version: '1.0.0' });
    stage.closeLater(() => client.close());
    await client.connect(transport as Transport);
    return {
      call: (name, signal) =>
        client.callTool(
          { name, arguments: {} },
          undefined,
          signal === undefined ? undefined : { signal },
        ),
    };
  },
};
