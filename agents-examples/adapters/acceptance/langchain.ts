import { fakeModel } from '@langchain/core/testing';
import { AIMessage, createAgent, createMiddleware, tool } from 'langchain';
import { z } from 'zod';
import { whileLive } from '../core/while-live.js';
import { creanceHooks, toolAccess } from '../langchain/creance-hooks.js';
import { openCrm } from '../stage/crm.js';
import { sending } from '../stage/mail.js';
import { erasing, reads } from '../stage/manifest.js';
import type { Framework } from './framework.js';

const schema = z.object({});
const needs = { readContacts: reads, sendMail: sending, eraseContacts: erasing };

/** LangChain: what fails in a tool ends the run; newer versions wrap it. */
export const langChain: Framework = {
  name: 'LangChain',
  spans: { http: ['GET'], grpc: ['mail.v1.Mail/Send'] },
  genAi: {
    http: ['GET', 'execute_tool readContacts'],
    grpc: ['mail.v1.Mail/Send', 'execute_tool sendMail'],
  },
  async open(stage, mail) {
    const crm = await openCrm(stage);
    const get = async (path: string) => (await toolAccess().fetch(crm.origin + path)).text();
    const toolOf = (name: string, work: () => Promise<string>) =>
      tool(work, { name, description: name, schema });
    const tools = [
      toolOf('readContacts', () => get('/contacts')),
      toolOf('eraseContacts', () => get('/erase')),
      toolOf('sendMail', () => mail.send(toolAccess().interceptor(mail.origin))),
    ];
    return {
      seen: crm.seen,
      async agent(session) {
        const middleware = [createMiddleware(creanceHooks(session, { tools: needs }))];
        const records: unknown[] = [];
        return {
          async run(name) {
            const model = fakeModel()
              .respondWithTools([{ name, args: {}, id: '1' }])
              .respond(new AIMessage('done'));
            const agent = createAgent({ model, tools, middleware });
            const input = { messages: [{ role: 'user', content: 'go' }] };
            const work = () => agent.invoke(input, { signal: session.signal });
            const { messages } = await whileLive(session, work).catch((error: Error) => {
              throw error.cause ?? error;
            });
            records.push(model.calls, messages);
            return messages.find(({ type }) => type === 'tool')?.text ?? 'no tool was called';
          },
          shown: () => JSON.stringify(records),
        };
      },
    };
  },
};
