import { join as pathOf } from 'node:path';
import type { Session } from '@creance/sdk';
import { creanceInterceptor } from '@creance/sdk/grpc';
import { creanceExpress } from '@creance/verifier/express';
import { joinVerifier } from '@creance/verifier/grpc';
import { creanceServerInterceptor } from '@creance/verifier/grpc-server';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { GrpcResource } from '../support/flow-grpc-resource.js';
import { audiences } from '../support/flow-manifest.js';
import { FlowStage } from '../support/flow-stage.js';
import { failureOf, type Mistake, made, type SeenError } from '../support/mistake.js';
import { refusedOf } from '../support/refused.js';

let stage: FlowStage;
let tickets: GrpcResource;
let session: Session;
beforeAll(async () => {
  stage = await FlowStage.start();
  const [agent, resource] = await Promise.all([stage.agent('orchestrator'), stage.tickets()]);
  tickets = resource;
  session = await agent.session();
});
afterAll(() => stage.dispose());

/** A gRPC call by the interceptor for this audience: code and details of its status. */
async function called(audience: string, scopes = ['tickets:list']): Promise<SeenError> {
  const interceptors = [creanceInterceptor(session, { audience, origin: tickets.origin, scopes })];
  const host = new URL(tickets.origin).host;
  const client = new Client(host, credentials.createInsecure(), { interceptors });
  stage.closeLater(() => client.close());
  const fault = await new Promise<ServiceError | null>((resolve) => {
    const plain = (bytes: Buffer) => bytes;
    const none = Buffer.alloc(0);
    client.makeUnaryRequest('/test.v1.Tickets/List', plain, plain, none, (error) => resolve(error));
  });
  if (fault === null) return { code: 'ok', text: 'ok' };
  const { reason, facts } = refusedOf(fault);
  return { code: reason, text: `${fault.details} ${JSON.stringify(facts)}` };
}

async function later(work: () => unknown): Promise<void> {
  await work();
}

async function crmWith(more: { publicOrigin?: string; resourceMetadata?: string }): Promise<void> {
  const join = await stage.broker.joinString('verifier', 'crm');
  await joinVerifier({ join, keyFile: pathOf(stage.broker.data, 'option.key.json'), ...more });
}

const mistakes: readonly Mistake[] = [
  {
    does: 'a gRPC interceptor with an audience of nobody',
    code: 'grpc:7',
    fix: /^CREANCE_RESOURCE_UNKNOWN .*fix: write the audience exactly as the manifest does/,
    make: () => called('https://ticket.example.internal'),
  },
  {
    does: 'a gRPC interceptor with the audience of another resource',
    code: 'token_wrong_audience',
    fix: /the token is for another resource \{"request_id":"[\w-]{22}"\}/,
    make: () => called(audiences.mail, ['mail:send']),
  },
  {
    does: 'a gRPC interceptor with too few scopes',
    code: 'insufficient_scope',
    fix: /"scope":"tickets:list"/,
    make: () => called(audiences.tickets, ['tickets:watch']),
  },
  {
    does: 'a route that asks for no scope',
    code: 'TypeError',
    fix: /an action needs at least one scope/,
    make: () => failureOf(later(() => creanceExpress(tickets.verifier).requireScopes())),
  },
  {
    does: 'a gRPC method by half its name',
    code: 'TypeError',
    fix: /a method is named \/package\.Service\/Method/,
    make: () =>
      failureOf(
        later(() =>
          creanceServerInterceptor(tickets.verifier, { scopes: { List: ['tickets:list'] } }),
        ),
      ),
  },
  {
    does: 'a public origin with a path',
    code: 'TypeError',
    fix: /publicOrigin must be an http\(s\) origin such as https:/,
    make: () => failureOf(crmWith({ publicOrigin: 'https://crm.example.internal/api' })),
  },
  {
    does: 'metadata over plain http',
    code: 'TypeError',
    fix: /resourceMetadata must be an https URL such as https:/,
    make: () => failureOf(crmWith({ resourceMetadata: 'http://crm.example.internal/meta' })),
  },
];

describe('who writes a service, or a client of one, is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});
