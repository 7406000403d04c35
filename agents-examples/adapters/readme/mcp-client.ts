import type { Session } from '@creance/sdk';
import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { whileLive } from '../core/while-live.js';
import { creanceAuth } from '../mcp/client.js';

export async function exportContacts(session: Session, client: Client): Promise<void> {
  // README
  const url = new URL('https://crm.example.internal/mcp');
  const auth = creanceAuth(session, {
    url,
    audience: 'https://crm.example.internal',
    scopes: ['contacts:read'],
    tools: { export_contacts: ['contacts:export'] },
  });
  await client.connect(new StreamableHTTPClientTransport(url, auth));
  const call = { name: 'export_contacts', arguments: {} };
  await session.tool(call.name, () =>
    whileLive(session, () => client.callTool(call, { signal: session.signal })),
  );
  // end
}
