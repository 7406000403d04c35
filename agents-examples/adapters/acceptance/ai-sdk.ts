import { generateText, isStepCount, jsonSchema, tool } from 'ai';
import { scripted } from '../ai-sdk/script.js';
import { withCreance } from '../ai-sdk/with-creance.js';
import type { ToolAccess } from '../core/tool-access.js';
import { whileLive } from '../core/while-live.js';
import { openCrm } from '../stage/crm.js';
import { sending } from '../stage/mail.js';
import { erasing, reads } from '../stage/manifest.js';
import type { Framework } from './framework.js';

const inputSchema = jsonSchema<Record<string, never>>({ type: 'object', properties: {} });
const contextSchema = jsonSchema<ToolAccess>({});
const needs = { readContacts: reads, sendMail: sending, eraseContacts: erasing };

/** The AI SDK: what fails in a tool is told to the model, and is a part of the run's record. */
export const aiSdk: Framework = {
  name: 'Vercel AI SDK',
  spans: { http: ['GET'], grpc: ['mail.v1.Mail/Send'] },
  genAi: {
    http: ['GET', 'execute_tool readContacts'],
    grpc: ['mail.v1.Mail/Send', 'execute_tool sendMail'],
  },
  async open(stage, mail) {
    const crm = await openCrm(stage);
    const get = async ({ fetch }: ToolAccess, path: string) =>
      (await fetch(crm.origin + path)).text();
    const toolOf = (work: (access: ToolAccess) => Promise<string>) =>
      tool({ inputSchema, contextSchema, execute: (_input, { context }) => work(context) });
    const plain = {
      readContacts: toolOf((access) => get(access, '/contacts')),
      eraseContacts: toolOf((access) => get(access, '/erase')),
      sendMail: toolOf((access) => mail.send(access.interceptor(mail.origin))),
    };
    return {
      seen: crm.seen,
      async agent(session) {
        const tools = withCreance(plain, session, needs);
        const records: unknown[] = [];
        return {
          async run(name) {
            const model = scripted([name]);
            const { steps } = await whileLive(session, () =>
              generateText({
                model,
                tools,
                abortSignal: session.signal,
                stopWhen: isStepCount(3),
                prompt: 'go',
              }),
            );
            records.push(model.doGenerateCalls, steps);
            for (const part of steps.flatMap(({ content }) => content)) {
              if (part.type === 'tool-error') throw part.error;
              if (part.type === 'tool-result') return String(part.output);
            }
            throw new Error('no tool was called');
          },
          shown: () => JSON.stringify(records),
        };
      },
    };
  },
};
