import type { Session, Task } from '@creance/sdk';
import { whileLive } from './while-live.js';

/** What one tool needs, named by whoever writes the tool and never by the model. */
export interface ToolNeeds {
  /** Audience of the one resource that the tool speaks to. */
  readonly audience: string;
  /** Scopes of its requests. */
  readonly scopes: readonly string[];
  /** Scopes that the resource may ask for beyond these, once a request; none when absent. */
  readonly stepUp?: readonly string[] | undefined;
}

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
};

const challengeCharsMax = 4_096;

/**
 * One request with a token for exactly what a tool needs. A 401 is answered by the session; a 403
 * `insufficient_scope` (RFC 6750 §3.1) by one more try, when it asks for nothing beyond `stepUp`. Every
 * other reply is given back as it is.
 */
export async function fetchFor(
  session: Session,
  { audience, scopes, stepUp = [] }: ToolNeeds,
  input: string | URL,
  init: RequestInit & { readonly creance?: { readonly action: string } } = {},
): Promise<Response> {
  const ask = { ...init, audience };
  const reply = await session.fetch(input, { ...ask, scopes });
  const asked = scopesAsked(reply).filter((scope) => !scopes.includes(scope));
  const mayAsk = asked.length > 0 && asked.every((scope) => stepUp.includes(scope));
  const { body } = init;
  if (!mayAsk || (body !== undefined && body !== null && typeof body !== 'string')) return reply;
  await reply.body?.cancel();
  return session.fetch(input, { ...ask, scopes: [...scopes, ...asked] });
}

function scopesAsked(reply: Response): readonly string[] {
  if (reply.status !== 403) return [];
  const challenge = reply.headers.get('www-authenticate')?.slice(0, challengeCharsMax) ?? '';
  if (!/\berror="?insufficient_scope\b/.test(challenge)) return [];
  return /\bscope="([^"]*)"/.exec(challenge)?.[1]?.split(' ').filter(Boolean) ?? [];
}

/** Does one tool call. A sub-agent gets a child session, which is closed when it has answered. */
export async function withAccess<T>(
  session: Session,
  needs: ToolNeeds | SubAgentNeeds,
  runSignal: AbortSignal | undefined,
  work: (access: ToolAccess) => PromiseLike<T> | T,
): Promise<T> {
  const own = 'task' in needs ? await session.delegate(needs) : session;
  const signal = AbortSignal.any([own.signal, ...(runSignal === undefined ? [] : [runSignal])]);
  const access: ToolAccess = {
    session: own,
    signal,
    fetch: (input, init) => {
      if ('task' in needs) throw new TypeError('a sub-agent fetches with tools of its own');
      return fetchFor(own, needs, input, { ...init, signal: init?.signal ?? signal });
    },
  };
  try {
    return await whileLive(own, async () => work(access));
  } finally {
    if (own !== session) await own.close();
  }
}
