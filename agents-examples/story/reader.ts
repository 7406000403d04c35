import { connect } from '@creance/sdk';
import { takeOrders, told } from '../lib/orders.js';
import { presign } from '../lib/presigned.js';
import { services } from '../lib/stage.js';

/** An agent that reads contacts: the last one of the story, which an operator cuts. */
const { CREANCE_JOIN: join, CRM_URL: crm } = process.env;
const client = await connect({ join });
const session = await client.session();
const contacts = {
  url: `${crm}/contacts`,
  method: 'GET',
  audience: services.crm.audience,
  scopes: ['contacts:read'],
};

takeOrders(
  {
    read: async () => told(await session.fetch(contacts.url, contacts)),
    presign: async () => ({ outcome: 'signed', value: await presign(session, contacts, 2) }),
  },
  () => client.close(),
);
console.log(`ready ${session.id}`);
