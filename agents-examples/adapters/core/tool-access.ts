import type { Session, Task } from '@creance/sdk';
import { creanceInterceptor } from '@creance/sdk/grpc';
import type { Interceptor } from '@grpc/grpc-js';
import { fetchFor, type ToolNeeds } from './fetch-for.js';
import { whileLive } from './while-live.js';

/** What a sub-agent needs: a child session for this task. */
export interface SubAgentNeeds {
  readonly task: Task;
}

/** What a tool's code is given. The model, its messages and its logs never see any of it. */
export type ToolAccess = {
  /** The session of the tool: a child for a sub-agent, else the one of the run. */
  readonly session: Session;
  /** Aborts when the run or the session is over. */
  readonly signal: AbortSignal;
  /** `session.fetch` for this tool's audience and scopes. Throws for a sub-agent: it has tools of its own. */
  fetch(input: string | URL, init?: RequestInit): Promise<Response>;
  /** The same for a grpc-js client. The origin is that of the audience when absent. */
  interceptor(origin?: string): Interceptor;
};

/** One call of a tool, as its framework begins it. */
export interface ToolCall {
  readonly name: string;
  readonly needs: ToolNeeds | SubAgentNeeds;
  /** Of the run. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does one tool call, below a span `execute_tool NAME` where somebody has asked for those (`session.tool`).
 * A sub-agent gets a child session, which is closed when it has answered.
 */
export function withAccess<T>(
  session: Session,
  call: ToolCall,
  work: (access: ToolAccess) => PromiseLike<T> | T,
): Promise<T> {
  return session.tool(call.name, async () => {
    const own = 'task' in call.needs ? await session.delegate(call.needs) : session;
    try {
      return await whileLive(own, async () => work(accessOf(own, call)));
    } finally {
      if (own !== session) await own.close();
    }
  });
}

function accessOf(session: Session, { needs, signal: runSignal }: ToolCall): ToolAccess {
  const signals = runSignal === undefined ? [session.signal] : [session.signal, runSignal];
  const signal = AbortSignal.any(signals);
  const own = (): ToolNeeds => {
    if ('task' in needs) throw new TypeError('a sub-agent asks with tools of its own');
    return needs;
  };
  return {
    session,
    signal,
    fetch: async (input, init) =>
      fetchFor(session, own(), input, { ...init, signal: init?.signal ?? signal }),
    interceptor: (origin) => {
      const { audience, scopes } = own();
      return creanceInterceptor(session, { audience, scopes, origin });
    },
  };
}
