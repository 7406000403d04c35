import { BareAgent } from '../lib/bare-agent.js';
import { takeOrders } from '../lib/orders.js';
import { services } from '../lib/stage.js';
import { steps, takeBare } from './steps.js';
import { caseWork, think } from './ways.js';

/** A run of case-worker without the SDK, so that its memory can be copied. */
const agent = await BareAgent.join(process.env['CREANCE_JOIN'] ?? '');

async function work(): Promise<string> {
  for (const { service, scopes } of [steps.readContacts, steps.sendMail, steps.listTickets])
    await agent.getToken(services[service].audience, [...scopes]);
  const all = caseWork(0, 1);
  for (const step of all) {
    await think();
    const { isThrough, outcome } = await takeBare(agent, step);
    if (!isThrough) return outcome;
  }
  return `${all.length} actions`;
}

takeOrders(
  {
    work,
    memory: async () => ({ outcome: 'handed over', value: agent.memory }),
    newToken: async () => {
      await agent.getToken(services.crm.audience, [...steps.readContacts.scopes]);
      return 'a token';
    },
  },
  async () => agent.close(),
);
console.log(`ready ${agent.memory.sessionId}`);
