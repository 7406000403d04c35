import { creanceInterceptor } from '@creance/sdk/grpc';
import { whileLive } from '../core/while-live.js';
import { type McpStage, plan } from '../mcp/stage-mcp.js';
import { sdk1 } from '../mcp/stage-v1.js';
import { sdk2 } from '../mcp/stage-v2.js';
import { sending } from '../stage/mail.js';
import { reads } from '../stage/manifest.js';
import type { Framework, ToolName } from './framework.js';

const toolNames: Readonly<Record<ToolName, string>> = {
  readContacts: 'read_contacts',
  eraseContacts: 'erase_contacts',
  sendMail: 'send_mail',
};

/** A client and a server of MCP. The server sends mail by a session of its own: it takes no token along. */
function mcp(name: string, sdk: McpStage): Framework {
  const send = ['mail.v1.Mail/Send', 'tools/call send_mail'];
  return {
    name,
    spans: { http: ['tools/call read_contacts'], grpc: send },
    genAi: {
      http: ['tools/call read_contacts', 'execute_tool read_contacts'],
      grpc: [...send, 'execute_tool send_mail'],
    },
    async open(stage, mail) {
      const { session: own } = await stage.agent();
      const service = await sdk.serve(stage);
      service.notes.sendMail = () =>
        mail.send(creanceInterceptor(own, { ...sending, origin: mail.origin }));
      const told: unknown[] = [service.notes.told];
      return {
        seen: service.seen,
        async agent(session) {
          const { tools } = plan;
          const client = await sdk.connect(stage, session, { url: service.url, ...reads, tools });
          return {
            run: (tool) =>
              session.tool(toolNames[tool], async () => {
                const call = () => client.call(toolNames[tool], session.signal);
                const reply = await whileLive(session, call);
                told.push(reply);
                return JSON.stringify(reply);
              }),
            shown: () => JSON.stringify(told),
          };
        },
      };
    },
  };
}

/** MCP by both versions of the TypeScript SDK. */
export const mcp2: Framework = mcp('MCP SDK 2', sdk2);
export const mcp1: Framework = mcp('MCP SDK 1', sdk1);
