import { once } from 'node:events';
import { connect, type Session } from '@creance/sdk';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { ticketsClient } from '../04-resource-server/grpc-client.js';
import { grpcReason } from '../lib/grpc-reason.js';
import { monotonicMillis } from '../lib/monotonic.js';
import { takeOrders, told } from '../lib/orders.js';
import { type PresignAsk, presign } from '../lib/presigned.js';
import { endOf, type SessionEnd } from '../lib/session-end.js';
import { services } from '../lib/stage.js';
import { traceToCarry } from '../lib/telemetry.js';
import { type Ticket, tickets } from '../lib/tickets.js';

/**
 * The orchestrator of the story, with a sub-agent in its own process: a child session for a narrow task,
 * with a key of its own.
 */
const { CREANCE_JOIN: join, CRM_URL: crm, TICKETS_URL: desk = '' } = process.env;
const client = await connect({ join });
const root = await client.session();
const rootEnd = endOf(root);
let child: Session | undefined;
let childEnd: Promise<SessionEnd> | undefined;

/** Opens the child. */
async function delegate(): Promise<string> {
  child = await root.delegate({
    task: {
      grants: [
        { audience: services.crm.audience, scopes: ['contacts:read'] },
        { audience: services.tickets.audience, scopes: ['tickets:watch'] },
      ],
    },
  });
  childEnd = endOf(child);
  return child.id;
}

function subAgent(): Session {
  if (child === undefined) throw new Error('delegate comes first');
  return child;
}

const contacts: PresignAsk = {
  url: `${crm}/contacts`,
  method: 'GET',
  audience: services.crm.audience,
  scopes: ['contacts:read'],
};
const list: PresignAsk = {
  url: desk + tickets.list.path,
  method: 'POST',
  audience: services.tickets.audience,
  scopes: ['tickets:read'],
};

let streamEnd: Promise<SessionEnd> | undefined;

/**
 * Opens the stream of tickets; resolves with the first one. It is signed by hand, so that only the service
 * can end it: a thief's would have no SDK that stops by itself.
 */
async function watchTickets(): Promise<string> {
  const url = desk + tickets.watch.path;
  const { audience } = services.tickets;
  const ask = { url, method: 'POST', audience, scopes: ['tickets:watch'] };
  const metadata = new Metadata();
  const headers = await subAgent().headers(ask);
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const call = ticketsClient(desk).watch({}, metadata);
  streamEnd = new Promise((resolve) => {
    call.once('error', (fault: ServiceError) => {
      const outcome = `gRPC ${fault.code} ${grpcReason(fault)}`;
      resolve({ outcome, value: monotonicMillis() });
    });
  });
  const [{ number, title }] = (await once(call, 'data')) as [Ticket];
  return `${number} ${title}`;
}

function listTickets(): Promise<string> {
  return new Promise((resolve, reject) => {
    ticketsClient(desk, root).list({}, (fault, reply) =>
      fault === null ? resolve(`${reply?.tickets.length} tickets`) : reject(fault),
    );
  });
}

takeOrders(
  {
    read: async () =>
      told(await root.tool('read_contacts', () => root.fetch(contacts.url, contacts))),
    list: listTickets,
    delegate,
    childRead: async () => told(await subAgent().fetch(contacts.url, contacts)),
    childSendMail: async () => {
      const { audience } = services.mail;
      await subAgent().token({ audience, scopes: ['mail:send'] });
      return 'a token';
    },
    childWatch: watchTickets,
    // What goes to the other process, and the trace with it.
    childJoinToken: () =>
      root.tool('start_mail_writer', async () => {
        const made = await root.childJoinToken({ workload: 'mail-writer' });
        const value = { childJoinToken: made.reveal(), ...traceToCarry() };
        return { outcome: String(made), value };
      }),
    presignContacts: (count) =>
      subAgent().tool('presign', async () => ({
        outcome: 'signed',
        value: await presign(subAgent(), contacts, Number(count)),
      })),
    presignTickets: (count) =>
      root.tool('presign', async () => ({
        outcome: 'signed',
        value: await presign(root, list, Number(count)),
      })),
    end: () => rootEnd,
    childEnd: async () => childEnd ?? 'no child',
    streamEnd: async () => streamEnd ?? 'no stream',
  },
  () => client.close(),
);
console.log(`ready ${root.id}`);
