import { fork } from 'node:child_process';
import { once } from 'node:events';
import { builtFile, type Running, start } from '../lib/processes.js';

/** What came of something that an actor did. */
export interface Act {
  readonly outcome: string;
  readonly millis: number;
}

/** The agent, a process of its own. */
export interface Agent {
  readonly sessionId: string;
  act(order: 'call' | 'stash' | 'stashed'): Promise<Act>;
  leave(): Promise<void>;
}

/** Starts the agent and waits until it has its session. */
export async function startAgent(joinString: string, serviceOrigin: string): Promise<Agent> {
  const environment = { CREANCE_JOIN: joinString, CRM_URL: serviceOrigin };
  const running: Running = await start(
    [builtFile('story/agent.js')],
    environment,
    /^session (\S+)$/,
  );
  return {
    sessionId: running.ready[1] ?? '',
    async act(order) {
      running.process.send(order);
      const [act] = (await once(running.process, 'message')) as [Act];
      return act;
    },
    async leave() {
      const left = once(running.process, 'exit');
      running.process.disconnect();
      await left;
    },
  };
}

/** Lets the thief loose with what was leaked, and gives what each of its attempts came to. */
export async function sendThief(
  url: string,
  leaked: {
    readonly authorization?: string | undefined;
    readonly dpop?: string | string[] | undefined;
  },
): Promise<readonly (Act & { readonly attempt: string })[]> {
  const loot = JSON.stringify({ url, authorization: leaked.authorization, proof: leaked.dpop });
  const thief = fork(builtFile('story/thief.js'), { env: { ...process.env, LOOT: loot } });
  const attempts: (Act & { attempt: string })[] = [];
  thief.on('message', (attempt) => attempts.push(attempt as Act & { attempt: string }));
  const [code] = await once(thief, 'exit');
  if (code !== 0) throw new Error(`the thief ended with ${code}`);
  return attempts;
}
