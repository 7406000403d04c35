import { setTimeout as pause } from 'node:timers/promises';
import { BareAgent, type BareAgentMemory } from '../lib/bare-agent.js';
import { monotonicMillis } from '../lib/monotonic.js';
import { takeOrders } from '../lib/orders.js';
import { type ServiceName, services } from '../lib/stage.js';
import { type Step, steps, takeBare } from './steps.js';

/**
 * A thief who holds all that an agent held, the key too, and has silenced it. His proofs are good, his
 * numbers go on where the agent's stopped, and whatever he asks for was granted.
 */
const agent = new BareAgent(JSON.parse(process.env['MEMORY'] ?? '') as BareAgentMemory);

/** What he is after: nothing of it has the agent ever done. */
const walk: readonly Step[] = [
  steps.exportContacts,
  steps.readMails,
  steps.exportTickets,
  steps.readContact,
  steps.forwardMails,
];

/** Milliseconds between an answer and his next step, at least and at most. */
const gap = { least: 5, most: 20 } as const;

/** He gives up after so many steps: nobody has stopped him. */
const stepsMax = 500;

/** What came of the walk. */
export interface Walk {
  /** When the first byte of his first request left, by the monotonic clock of the machine. */
  readonly firstByteAtMillis: number;
  /** Actions that were let through before the first refusal. */
  readonly through: number;
  /** The first refusal: of which service, and how many milliseconds after the first byte. */
  readonly refusedBy: ServiceName;
  readonly refusal: string;
  readonly refusedAfterMillis: number;
}

async function walkOff(): Promise<Walk> {
  const firstByteAtMillis = monotonicMillis();
  for (let through = 0; through < stepsMax; through += 1) {
    const step = walk[through % walk.length] as Step;
    const { isThrough, outcome } = await takeBare(agent, step);
    const refusedAfterMillis = monotonicMillis() - firstByteAtMillis;
    const { service: refusedBy } = step;
    if (!isThrough)
      return { firstByteAtMillis, through, refusedBy, refusal: outcome, refusedAfterMillis };
    await pause(gap.least + Math.random() * (gap.most - gap.least));
  }
  throw new Error('nobody has stopped the thief');
}

/** All scopes that he will need, in one token for each service. */
async function getTokens(): Promise<string> {
  const names = [...new Set(walk.map(({ service }) => service))];
  for (const name of names) {
    const scopes = walk.filter(({ service }) => service === name).flatMap((each) => each.scopes);
    await agent.getToken(services[name].audience, [...new Set(scopes)]);
  }
  return `${names.length} tokens`;
}

takeOrders(
  {
    getTokens,
    walk: async () => {
      const done = await walkOff();
      return { outcome: `${done.through} actions, then ${done.refusal}`, value: done };
    },
    tryAgain: async (service) => {
      const step = walk.find((each) => each.service === service) as Step;
      return (await takeBare(agent, step)).outcome;
    },
  },
  async () => agent.close(),
);
console.log('ready');
