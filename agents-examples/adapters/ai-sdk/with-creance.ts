import type { Session } from '@creance/sdk';
// Types alone: what is built does not load the framework.
import type { Tool, ToolExecutionOptions } from 'ai';
import type { ToolNeeds } from '../core/fetch-for.js';
import { type SubAgentNeeds, type ToolAccess, withAccess } from '../core/tool-access.js';

/** A tool of `ai` 7 whose code finds its access in `options.context`. */
// biome-ignore lint/suspicious/noExplicitAny: what goes in and comes out is the tool's own affair.
type NeedyTool = Tool<any, any, ToolAccess>;

/** The same tool, for a run: what it needs is filled in, so that the run gives it no context. */
export type ReadyTool<T> =
  T extends Tool<infer Input, infer Output, ToolAccess>
    ? Tool<Input, Output, Record<string, unknown>>
    : never;

/**
 * Gives each tool of a run what it needs, and no more:
 *
 *     const tools = withCreance({ readContacts }, session, { readContacts: { audience, scopes } });
 *     await whileLive(session, () => generateText({ model, tools, abortSignal: session.signal, prompt }));
 *
 * The token stays in the tool's code: neither the model nor the run's records see the access. A tool that
 * yields gives its last value only. Throws for a tool without needs, and for one that is run elsewhere.
 */
export function withCreance<T extends Readonly<Record<string, NeedyTool>>>(
  tools: T,
  session: Session,
  needs: { readonly [Name in keyof T]: ToolNeeds | SubAgentNeeds },
): { [Name in keyof T]: ReadyTool<T[Name]> } {
  const ready = Object.entries(tools).map(([name, tool]) => {
    const own = Object.hasOwn(needs, name) ? needs[name] : undefined;
    const { execute, contextSchema: _, ...rest } = tool;
    if (own === undefined) throw new TypeError(`nobody has said what the tool ${name} needs`);
    if (execute === undefined) throw new TypeError(`the tool ${name} is run by somebody else`);
    const run = (input: unknown, options: ToolExecutionOptions<unknown>): Promise<unknown> =>
      withAccess(session, { name, needs: own, signal: options.abortSignal }, (access) =>
        lastOf(execute(input, { ...options, context: access, abortSignal: access.signal })),
      );
    return [name, { ...rest, execute: run }];
  });
  return Object.fromEntries(ready);
}

async function lastOf(output: unknown): Promise<unknown> {
  if (typeof output !== 'object' || output === null || !(Symbol.asyncIterator in output))
    return output;
  let last: unknown;
  for await (const each of output as AsyncIterable<unknown>) last = each;
  return last;
}
