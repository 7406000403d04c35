import { connect } from '@creance/sdk';
import { takeOrders } from '../lib/orders.js';
import { stepsOf } from './steps.js';
import { caseWork, think } from './ways.js';

/** An agent that works through cases, calmly; many sessions side by side, so that a day is soon over. */
const client = await connect({ join: process.env['CREANCE_JOIN'] });
const casesPerSession = 2;

/** One session, from its opening to its end; gives how many steps it took. */
async function work(nth: number): Promise<number> {
  const session = await client.session();
  const { take, close } = stepsOf(session);
  const all = caseWork(nth, casesPerSession);
  for (const step of all) {
    await think();
    await take(step);
  }
  close();
  await session.close();
  return all.length;
}

takeOrders(
  {
    work: async (sessions) => {
      const done = await Promise.all(
        Array.from({ length: Number(sessions) }, (_, nth) => work(nth)),
      );
      const actions = done.reduce((sum, each) => sum + each, 0);
      return `${sessions} sessions, ${actions} actions`;
    },
  },
  () => client.close(),
);
console.log('ready');
