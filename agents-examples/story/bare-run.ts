import { BareAgent, type BareAgentMemory } from '../lib/bare-agent.js';
import { takeOrders, told } from '../lib/orders.js';
import { services } from '../lib/stage.js';

/**
 * Another run of the orchestrator, by hand and without the SDK, so that its memory can be copied; or,
 * with such a memory, the clone.
 */
const { audience } = services.crm;
const { CREANCE_JOIN: join = '', CRM_URL: crm, MEMORY: memory } = process.env;
const agent =
  memory === undefined
    ? await BareAgent.join(join)
    : new BareAgent(JSON.parse(memory) as BareAgentMemory);

const newToken = async () => {
  await agent.getToken(audience, ['contacts:read']);
  return 'a token';
};

takeOrders(
  {
    newToken,
    read: async () => {
      const outcome = await told(await agent.fetch(`${crm}/contacts`, { audience }));
      return { outcome, value: agent.memory.counter };
    },
    memory: async () => ({ outcome: 'handed over', value: agent.memory }),
    comeBack: async () => {
      await agent.openAgain();
      return 'a session';
    },
  },
  async () => agent.close(),
);
console.log(`ready ${agent.memory.sessionId}`);
