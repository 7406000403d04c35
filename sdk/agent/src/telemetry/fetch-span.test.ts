import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerInTurn, good, type Resource, refusal, startResource } from '../doubles/resource.js';
import { startTraces, type Traces, traceparentOf } from '../doubles/spans.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';

let stage: Stage;
let session: InternalSession;
let resource: Resource;
let traces: Traces;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
  resource = await startResource();
  traces = startTraces();
});
afterEach(async () => {
  await traces.stop();
  await resource.close();
});

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
const named = { ...crm, creance: { action: 'contacts.read' } };
const use = (init: object = named) =>
  session.fetch(`${resource.origin}/contacts/4711?q=secret`, init as typeof named);
const sent = () => resource.seen.at(-1)?.headers ?? {};
const reported = async () => {
  await stage.clock.advance(limits.reportMillis);
  return stage.broker.observations.at(-1);
};

describe('the span of a request', () => {
  // breaks when: the report and the span are given ids of their own
  it('is the action that the agent reports, by the id that the resource was told', async () => {
    await use();
    const span = traces.one('contacts.read');
    const { port } = new URL(resource.origin);
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes).toEqual({
      'creance.session': session.id,
      'creance.root': session.id,
      'creance.workload': session.name,
      'creance.resource': crm.audience,
      'creance.action': 'contacts.read',
      'creance.action.id': sent()['creance-action'],
      'creance.outcome': 'allowed',
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': Number(port),
    });
    const { actionId, span: reference } = (await reported()) ?? {};
    expect(actionId?.toString('base64url')).toBe(span.attributes['creance.action.id']);
    expect(reference?.traceId.toString('hex')).toBe(span.spanContext().traceId);
    expect(reference?.spanId.toString('hex')).toBe(span.spanContext().spanId);
  });

  // breaks when: the request carries the caller's span, or none
  it('hangs below the caller’s, above that of its token, and goes along with the request', async () => {
    await traces.within('run', () => use());
    const [run, span, issue] = ['run', 'contacts.read', 'creance.issue'].map((name) =>
      traces.one(name),
    );
    expect(span?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
    expect(issue?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId);
    expect(sent()['traceparent']).toBe(span && traceparentOf(span));
  });

  it('is named by the method where nobody named the action', async () => {
    await use(crm);
    expect(traces.one('GET').attributes['creance.action']).toBe('HTTP GET');
    await use({ ...crm, method: 'BREW' });
    expect(traces.one('HTTP').attributes['http.request.method']).toBe('_OTHER');
  });

  it('is one, however often it has to be sent, with the id of the last sending', async () => {
    answerInTurn(resource, [refusal('use_dpop_nonce', 'nonce-1'), refusal('invalid_token'), good]);
    await use();
    const span = traces.one('contacts.read');
    expect(span.attributes['creance.action.id']).toBe(sent()['creance-action']);
    const parents = resource.seen.map(({ headers }) => headers['traceparent']);
    expect(parents).toEqual(Array(3).fill(traceparentOf(span)));
  });

  it.each([
    [403, 'refused'],
    [500, 'allowed'],
  ])('says what was answered: %d', async (status, outcome) => {
    resource.answer = () => ({ status });
    await use();
    const { attributes, status: end } = traces.one('contacts.read');
    expect(attributes).toMatchObject({ 'creance.outcome': outcome, 'error.type': `${status}` });
    expect(end).toEqual({ code: SpanStatusCode.ERROR });
  });

  it.each([
    ['nobody was there', () => session.fetch('http://127.0.0.1:1/a', named), 'TypeError'],
    [
      'the broker grants no token',
      () => {
        stage.broker.refuseNext('IssueToken', 'scope_not_granted');
        return use();
      },
      'CREANCE_SCOPE_NOT_GRANTED',
    ],
  ])('says by a type alone that %s', async (_name, work, type) => {
    await expect(work()).rejects.toThrow();
    const { attributes, status, events } = traces.one('contacts.read');
    expect(attributes['error.type']).toBe(type);
    expect([status, events]).toEqual([{ code: SpanStatusCode.ERROR }, []]);
  });
});

describe('trace context that goes along', () => {
  // breaks when: what the caller has set is overwritten
  it('is the caller’s where there is one, without a state of ours', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await use({ ...named, headers: { traceparent } });
    expect(sent()['traceparent']).toBe(traceparent);
  });

  // breaks when: the request gets two, which is none to whoever reads it
  it('is left to whoever instruments fetch itself, who makes its span below ours', async () => {
    let above: Span | undefined;
    const instrument: ChannelListener = (message) => {
      above = trace.getActiveSpan();
      const { request } = message as { request: Record<'addHeader', (...pair: string[]) => void> };
      request.addHeader('traceparent', 'theirs');
    };
    subscribe('undici:request:create', instrument);
    try {
      await use();
    } finally {
      unsubscribe('undici:request:create', instrument);
    }
    expect(sent()['traceparent']).toBe('theirs');
    const span = traces.one('contacts.read');
    expect(above?.spanContext().spanId).toBe(span.spanContext().spanId);
  });

  it('says of what is not sampled that it is not; the report names the span all the same', async () => {
    await traces.stop();
    traces = startTraces(new AlwaysOffSampler());
    await use();
    expect(traces.spans).toEqual([]);
    expect(sent()['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    const { span } = (await reported()) ?? {};
    expect(sent()['traceparent']).toContain(span?.traceId.toString('hex'));
  });
});

describe('without a tracer', () => {
  it('no header is sent and the report names no span', async () => {
    await traces.stop();
    await use();
    expect(sent()['traceparent']).toBeUndefined();
    expect(await reported()).toMatchObject({ action: 'contacts.read', span: undefined });
  });
});
