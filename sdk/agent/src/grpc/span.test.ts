import { Metadata, status } from '@grpc/grpc-js';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTraces, type Traces, traceparentOf } from '../doubles/spans.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { creanceInterceptor } from '../grpc.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';
import { type Contacts, connectTo, firstOf, read } from './double-client.js';
import { type GrpcResource, startGrpcResource } from './double-resource.js';

let stage: Stage;
let session: InternalSession;
let resource: GrpcResource;
let client: Contacts;
let traces: Traces;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
  resource = await startGrpcResource();
  const crm = { audience: resource.origin, scopes: ['contacts:read'] };
  client = connectTo(resource, [creanceInterceptor(session, crm)]);
  traces = startTraces();
});
afterEach(async () => {
  await traces.stop();
  client.close();
  resource.close();
});

const name = 'crm.v1.Contacts/Read';
const parents = () => resource.seen.at(-1)?.traceParents;

describe('the span of a gRPC call', () => {
  it('is the action that the agent reports, and goes along with the call', async () => {
    await traces.within('run', () => read(client));
    const span = traces.one(name);
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes).toEqual({
      'creance.session': session.id,
      'creance.root': session.id,
      'creance.workload': session.name,
      'creance.resource': resource.origin,
      'creance.action': `/${name}`,
      'creance.action.id': resource.seen[0]?.actionIds[0],
      'creance.outcome': 'allowed',
      'rpc.system.name': 'grpc',
      'rpc.method': name,
      'rpc.status_code': 'OK',
      'server.address': '127.0.0.1',
      'server.port': resource.port,
    });
    expect(span.parentSpanContext?.spanId).toBe(traces.one('run').spanContext().spanId);
    expect(parents()).toEqual([traceparentOf(span)]);
    await stage.clock.advance(limits.reportMillis);
    const [{ span: reference } = {}] = stage.broker.observations;
    expect(reference?.spanId.toString('hex')).toBe(span.spanContext().spanId);
  });

  it('ends with the status of the call', async () => {
    resource.refusals.push({ code: status.PERMISSION_DENIED });
    await read(client).catch(() => {});
    const { attributes, status: end } = traces.one(name);
    const denied = 'PERMISSION_DENIED';
    const told = { 'rpc.status_code': denied, 'error.type': denied, 'creance.outcome': 'refused' };
    expect(attributes).toMatchObject(told);
    expect(end).toEqual({ code: SpanStatusCode.ERROR });
  });

  it('of a stream lasts as long as the stream', async () => {
    const stream = client.watch('ada');
    await firstOf(stream);
    expect(traces.spans.map((span) => span.name)).not.toContain('crm.v1.Contacts/Watch');
    const ended = new Promise((resolve) => stream.on('error', resolve));
    stream.cancel();
    await ended;
    expect(traces.one('crm.v1.Contacts/Watch').attributes).toMatchObject({
      'creance.outcome': 'allowed',
      'rpc.status_code': 'CANCELLED',
    });
  });

  // breaks when: a later status takes the place of what was reported
  it('keeps the outcome that was reported', async () => {
    const url = `${resource.origin}/${name}`;
    const creance = { action: `/${name}` };
    const signing = session.signing({ url, method: 'POST', scopes: ['contacts:read'], creance });
    await signing.sign();
    signing.answered('allowed');
    signing.answered('refused');
    signing.span?.answered({}, undefined);
    expect(traces.one(name).attributes['creance.outcome']).toBe('allowed');
    await stage.clock.advance(limits.reportMillis);
    expect(stage.broker.observations).toHaveLength(1);
  });

  it('ends when the call gets no token', async () => {
    stage.broker.refuseNext('IssueToken', 'scope_not_granted');
    await read(client).catch(() => {});
    expect(traces.one(name).attributes['error.type']).toBe('PERMISSION_DENIED');
    expect(resource.seen).toEqual([]);
  });

  it('leaves the trace context that the caller has set', async () => {
    const metadata = new Metadata();
    const theirs = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    metadata.set('traceparent', theirs);
    await read(client, metadata);
    expect(parents()).toEqual([theirs]);
  });

  it('is none without a tracer', async () => {
    await traces.stop();
    await read(client);
    expect(parents()).toEqual([]);
  });
});
