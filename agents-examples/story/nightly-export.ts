import { connect, type Session } from '@creance/sdk';
import { takeOrders } from '../lib/orders.js';
import { stepsOf } from './steps.js';
import { batchRound, rest } from './ways.js';

/** A batch: it walks through three services as fast as it can, the same way every time. */
const client = await connect({ join: process.env['CREANCE_JOIN'] });
const roundsPerRun = 6;

/** Goes its rounds until told to stop; gives how many steps were let through. */
async function go(session: Session, goesOn: (round: number) => boolean): Promise<number> {
  const { take, close } = stepsOf(session);
  let through = 0;
  for (let round = 0; goesOn(round); round += 1) {
    for (const step of batchRound) {
      await rest();
      if ((await take(step)).startsWith('2')) through += 1;
    }
  }
  close();
  return through;
}

async function run(): Promise<number> {
  const session = await client.session();
  const through = await go(session, (round) => round < roundsPerRun);
  await session.close();
  return through;
}

let tonight: { readonly session: Session; readonly done: Promise<number> } | undefined;
let isOver = false;

takeOrders(
  {
    run: async (runs) => {
      const done = await Promise.all(Array.from({ length: Number(runs) }, run));
      const actions = done.reduce((sum, each) => sum + each, 0);
      return `${runs} runs, ${actions} actions`;
    },
    start: async () => {
      const session = await client.session();
      tonight = { session, done: go(session, () => !isOver) };
      // Whoever asks how it went is told; until somebody does, a refusal must not end the process.
      tonight.done.catch(() => {});
      return session.id;
    },
    stop: async () => {
      isOver = true;
      return `${await tonight?.done} actions, all let through`;
    },
  },
  () => client.close(),
);
console.log('ready');
