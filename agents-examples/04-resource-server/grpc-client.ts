import type { Session } from '@creance/sdk';
import { creanceInterceptor } from '@creance/sdk/grpc';
import {
  type Client,
  type ClientReadableStream,
  credentials,
  type Metadata,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { services } from '../lib/stage.js';
import { type Ticket, tickets } from '../lib/tickets.js';

/** A client of the tickets service. */
export interface TicketsClient extends Client {
  list(
    request: object,
    answer: (fault: ServiceError | null, reply?: { tickets: readonly Ticket[] }) => void,
  ): void;
  export(
    request: object,
    answer: (fault: ServiceError | null, reply?: { exported: number }) => void,
  ): void;
  watch(request: object, metadata?: Metadata): ClientReadableStream<Ticket>;
}

const scopesOf: Readonly<Record<string, readonly string[]>> = {
  [tickets.list.path]: ['tickets:read'],
  [tickets.watch.path]: ['tickets:watch'],
  [tickets.export.path]: ['tickets:export'],
};

const TicketsConstructor = makeGenericClientConstructor(tickets, 'Tickets');

/** A client whose calls carry tokens and proofs of the session, or none without one. */
export function ticketsClient(origin: string, session?: Session): TicketsClient {
  const { audience } = services.tickets;
  const interceptors = session && [
    creanceInterceptor(session, (path) => ({ audience, origin, scopes: scopesOf[path] ?? [] })),
  ];
  // Plain text on this machine only.
  const channel = credentials.createInsecure();
  const client = new TicketsConstructor(
    new URL(origin).host,
    channel,
    interceptors && { interceptors },
  );
  return client as unknown as TicketsClient;
}
