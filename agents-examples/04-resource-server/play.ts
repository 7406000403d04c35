import { once } from 'node:events';
import { connect } from '@creance/sdk';
import type { ServiceError } from '@grpc/grpc-js';
import { grpcReason } from '../lib/grpc-reason.js';
import { told } from '../lib/orders.js';
import { creance } from '../lib/processes.js';
import { type Stage, services } from '../lib/stage.js';
import type { Ticket } from '../lib/tickets.js';
import { type TicketsClient, ticketsClient } from './grpc-client.js';

/** Calls both services without a token, with one, and after the session was cut. */
export async function play(stage: Stage): Promise<void> {
  const url = `${stage.service('crm').origin}/contacts`;
  const desk = stage.service('tickets').origin;
  const client = await connect({ join: await stage.joinString('orchestrator') });
  const session = await client.session();
  const ask = { audience: services.crm.audience, scopes: ['contacts:read'] };

  console.log('over HTTP');
  console.log(`  without a token: ${await told(await fetch(url))}`);
  console.log(`  with a token: ${await told(await session.fetch(url, ask))}`);
  const keptForLater = { ...(await session.headers({ url, ...ask })) };

  console.log('over gRPC');
  const [stranger, tickets] = [ticketsClient(desk), ticketsClient(desk, session)];
  console.log(`  without a token: ${await listed(stranger)}`);
  console.log(`  with a token: ${await listed(tickets)}`);
  const stream = tickets.watch({});
  const ended = once(stream, 'error') as Promise<[ServiceError]>;
  const [first] = (await once(stream, 'data')) as [Ticket];
  console.log(`  a stream has begun: ${first.number} ${first.title}`);

  console.log('after the cut');
  const { id } = session;
  await creance('cut', '--data', stage.data, '--session', id, '--reason', 'the example ends here');
  console.log(`  over HTTP: ${await told(await fetch(url, { headers: keptForLater }))}`);
  const [end] = await ended;
  // The service and the SDK hear of the cut at the same moment: either may be the first to end it.
  const isCut = ['token_cut', 'CREANCE_SESSION_REVOKED'].some((why) =>
    grpcReason(end).startsWith(why),
  );
  console.log(`  the stream: ${isCut ? 'ended by the cut' : grpcReason(end)}`);
  await client.close();
  for (const each of [stranger, tickets]) each.close();
}

function listed(client: TicketsClient): Promise<string> {
  return new Promise((resolve) => {
    client.list({}, (fault, reply) =>
      resolve(
        fault === null ? JSON.stringify(reply?.tickets) : `${fault.code} ${grpcReason(fault)}`,
      ),
    );
  });
}
