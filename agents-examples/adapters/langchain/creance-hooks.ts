import { AsyncLocalStorage } from 'node:async_hooks';
import type { Session } from '@creance/sdk';
import type { ToolNeeds } from '../core/fetch-for.js';
import { type SubAgentNeeds, type ToolAccess, withAccess } from '../core/tool-access.js';

/** A tool call by its shape: of `createMiddleware` in `langchain` 1. */
interface CallShape {
  readonly toolCall: { readonly name: string };
  readonly runtime: { readonly signal?: AbortSignal | undefined };
}

/** What a run is given. */
export interface HooksOptions {
  /** What each tool needs, by its name; a tool that is missing here is not run. */
  readonly tools: Readonly<Record<string, ToolNeeds | SubAgentNeeds>>;
  /** Whether the session is closed when the run has ended well; a run that fails leaves it to its owner. */
  readonly endWithRun?: boolean | undefined;
}

/** Hooks for `createMiddleware`. */
export interface CreanceHooks {
  readonly name: string;
  beforeAgent(): void;
  wrapToolCall<Call extends CallShape, Result>(
    call: Call,
    handler: (call: Call) => PromiseLike<Result> | Result,
  ): Promise<Result>;
  afterAgent(): Promise<void>;
}

const running = new AsyncLocalStorage<ToolAccess>();

/** What the tool that is running may use. Throws outside of a tool that `creanceHooks` has wrapped. */
export function toolAccess(): ToolAccess {
  const access = running.getStore();
  if (access === undefined) throw new TypeError('no tool of a run with creanceHooks is running');
  return access;
}

/**
 * Gives each tool of an agent what it needs, and no more:
 *
 *     const middleware = [createMiddleware(creanceHooks(session, { tools: { read: { audience, scopes } } }))];
 *     const agent = createAgent({ model, tools: [read], middleware });
 *     await whileLive(session, () => agent.invoke(input, { signal: session.signal }));
 *
 * Callbacks only watch; middleware is where a tool can be refused. Once the session is over, no tool runs
 * and the run fails, instead of telling the model to try again.
 */
export function creanceHooks(session: Session, options: HooksOptions): CreanceHooks {
  const tools = new Map(Object.entries(options.tools));
  return {
    name: 'Creance',
    beforeAgent: () => session.signal.throwIfAborted(),
    async wrapToolCall(call, handler) {
      const { name } = call.toolCall;
      const needs = tools.get(name);
      if (needs === undefined) throw new TypeError(`nobody has said what the tool ${name} needs`);
      return withAccess(session, { name, needs, signal: call.runtime.signal }, (access) =>
        running.run(access, () => handler(call)),
      );
    },
    async afterAgent() {
      if (options.endWithRun === true) await session.close();
    },
  };
}
