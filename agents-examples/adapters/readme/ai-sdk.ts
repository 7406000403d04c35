import type { Session } from '@creance/sdk';
import { generateText, isStepCount, jsonSchema, type LanguageModel, tool } from 'ai';
import { withCreance } from '../ai-sdk/with-creance.js';
import type { ToolAccess } from '../core/tool-access.js';
import { whileLive } from '../core/while-live.js';

const crm = 'https://crm.example.internal';
const inputSchema = jsonSchema<Record<string, never>>({ type: 'object', properties: {} });

export async function ask(session: Session, model: LanguageModel, prompt: string): Promise<void> {
  // README
  const readContacts = tool({
    inputSchema,
    contextSchema: jsonSchema<ToolAccess>({}),
    execute: async (_input, { context }) => (await context.fetch(`${crm}/contacts`)).text(),
  });
  const needs = { readContacts: { audience: crm, scopes: ['contacts:read'] } };
  const tools = withCreance({ readContacts }, session, needs);
  await whileLive(session, () =>
    generateText({ model, tools, abortSignal: session.signal, stopWhen: isStepCount(20), prompt }),
  );
  // end
}
