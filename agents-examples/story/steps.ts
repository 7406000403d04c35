import type { Session } from '@creance/sdk';
import { type TicketsClient, ticketsClient } from '../04-resource-server/grpc-client.js';
import type { BareAgent } from '../lib/bare-agent.js';
import { told } from '../lib/orders.js';
import { type ServiceName, services } from '../lib/stage.js';
import { tickets } from '../lib/tickets.js';

/** One thing that a workload may do at a service. */
export interface Step {
  readonly service: ServiceName;
  /** The method of HTTP; a method of gRPC is called `call`. */
  readonly method: 'GET' | 'POST' | 'call';
  readonly path: string;
  /** The name under which the service reports it. */
  readonly action: string;
  readonly scopes: readonly string[];
}

const step = (
  service: ServiceName,
  method: Step['method'],
  path: string,
  scope: string,
  action: string = `${method} ${path}`,
): Step => ({ service, method, path, action, scopes: [scope] });

const call = ({ path }: { readonly path: string }, scope: string): Step =>
  step('tickets', 'call', path, scope, path);

type StepName =
  | 'readContacts'
  | 'readContact'
  | 'exportContacts'
  | 'sendMail'
  | 'readMails'
  | 'forwardMails'
  | 'listTickets'
  | 'exportTickets';

/** Everything that case-worker may do. */
export const steps: Readonly<Record<StepName, Step>> = {
  readContacts: step('crm', 'GET', '/contacts', 'contacts:read'),
  readContact: step('crm', 'GET', '/contacts/1', 'contacts:read', 'GET /contacts/:id'),
  exportContacts: step('crm', 'POST', '/contacts/export', 'contacts:export'),
  sendMail: step('mail', 'POST', '/mails', 'mail:send'),
  readMails: step('mail', 'GET', '/mails', 'mail:read'),
  forwardMails: step('mail', 'POST', '/forwarding', 'mail:forward'),
  listTickets: call(tickets.list, 'tickets:read'),
  exportTickets: call(tickets.export, 'tickets:export'),
};

/** Where the services are reached, as its parent tells an actor. */
const origins: Readonly<Record<ServiceName, string>> = {
  crm: process.env['CRM_URL'] ?? '',
  mail: process.env['MAIL_URL'] ?? '',
  tickets: process.env['TICKETS_URL'] ?? '',
};

/** Takes steps through the SDK; resolves with what the service has said. */
export function stepsOf(session: Session): { take(step: Step): Promise<string>; close(): void } {
  const desk = ticketsClient(origins.tickets, session);
  const take = async ({ service, method, path, action, scopes }: Step) => {
    if (method === 'call') return called(desk, path);
    const { audience } = services[service];
    const ask = { method, audience, scopes, creance: { action } };
    return told(await session.fetch(origins[service] + path, ask));
  };
  return { take, close: () => desk.close() };
}

function called(desk: TicketsClient, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const answer = (fault: Error | null, reply?: object) =>
      fault === null ? resolve(`200 ${JSON.stringify(reply)}`) : reject(fault);
    if (path === tickets.list.path) desk.list({}, answer);
    else desk.export({}, answer);
  });
}

/** Takes a step by hand, with the token that the agent holds for the service. */
export async function takeBare(
  agent: BareAgent,
  { service, method, path }: Step,
): Promise<{ readonly isThrough: boolean; readonly outcome: string }> {
  const { audience } = services[service];
  if (method === 'call') {
    const { code, refusal } = await agent.call(origins[service], path, { audience });
    return { isThrough: code === 0, outcome: `gRPC ${code} ${refusal ?? ''}`.trim() };
  }
  const response = await agent.fetch(origins[service] + path, { audience, method });
  return { isThrough: response.ok, outcome: await told(response) };
}
