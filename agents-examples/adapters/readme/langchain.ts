import type { Session } from '@creance/sdk';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { createAgent, createMiddleware, tool } from 'langchain';
import { z } from 'zod';
import { whileLive } from '../core/while-live.js';
import { creanceHooks, toolAccess } from '../langchain/creance-hooks.js';

const crm = 'https://crm.example.internal';

export async function ask(session: Session, model: BaseChatModel, content: string): Promise<void> {
  const input = { messages: [{ role: 'user', content }] };
  // README
  const readContacts = tool(async () => (await toolAccess().fetch(`${crm}/contacts`)).text(), {
    name: 'readContacts',
    description: 'reads all contacts',
    schema: z.object({}),
  });
  const tools = { readContacts: { audience: crm, scopes: ['contacts:read'] } };
  const middleware = [createMiddleware(creanceHooks(session, { tools }))];
  const agent = createAgent({ model, tools: [readContacts], middleware });
  await whileLive(session, () => agent.invoke(input, { signal: session.signal }));
  // end
}
