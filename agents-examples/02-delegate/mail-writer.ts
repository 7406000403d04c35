import { fromEnvironment } from '@creance/sdk';
import { takeOrders, told } from '../lib/orders.js';
import { endOf } from '../lib/session-end.js';
import { services } from '../lib/stage.js';

// CREANCE_JOIN is this workload's own; CHILD_JOIN_TOKEN makes its session a child of the other's.
const creance = await fromEnvironment();
const session = await creance.session({ childJoinToken: process.env['CHILD_JOIN_TOKEN'] });
const end = endOf(session);
const mail = { audience: services.mail.audience, scopes: ['mail:send'], method: 'POST' };

takeOrders(
  {
    send: async () => told(await session.fetch(`${process.env['MAIL_URL']}/mails`, mail)),
    end: () => end,
  },
  () => creance.close(),
);
console.log(`ready ${session.id}`);
