import { context, propagation, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { startTraces, type Traces, traceparentOf } from '../doubles/spans.js';
import { type Stage, setStage } from '../doubles/stage.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let traces: Traces;
beforeEach(() => {
  stage = setStage();
  traces = startTraces();
});
afterEach(() => traces.stop());

const parentsOf = (method: string) =>
  stage.broker.seen(method).map(({ trace }) => trace?.['traceparent']);
const traceOf = (method: string) => stage.broker.seen(method).map(({ trace }) => trace);

describe('spans of calls to the broker', () => {
  it('say which session was opened, asked and delegated, and go along with the calls', async () => {
    const session = await stage.open();
    await session.token(crm);
    const child = await session.delegate();
    const own = { 'creance.session': session.id, 'creance.workload': session.name };
    const root = { ...own, 'creance.root': session.id };
    expect(traces.one('creance.open').attributes).toEqual(own);
    const issue = { ...root, 'creance.resource': crm.audience };
    expect(traces.one('creance.issue').attributes).toEqual(issue);
    const delegate = { ...root, 'creance.child': child.id };
    expect(traces.one('creance.delegate').attributes).toEqual(delegate);
    for (const [method, name] of [
      ['OpenSession', 'creance.open'],
      ['IssueToken', 'creance.issue'],
      ['DelegateSession', 'creance.delegate'],
    ] as const)
      expect(new Set(parentsOf(method))).toEqual(new Set([traceparentOf(traces.one(name))]));
  });

  it('name what is above a child, where this process knows', async () => {
    const session = await stage.open();
    const child = await session.delegate();
    const below = await child.delegate();
    await below.token(crm);
    expect(traces.one('creance.issue').attributes).toMatchObject({
      'creance.session': below.id,
      'creance.parent': child.id,
      'creance.root': session.id,
    });
    const childJoinToken = (await session.childJoinToken({ workload: 'b' })).reveal();
    const other = await (await stage.connect()).session({ childJoinToken });
    await other.token(crm);
    const theirs = traces.spans.at(-1)?.attributes;
    expect(theirs?.['creance.session']).toBe(other.id);
    expect(theirs).not.toHaveProperty('creance.root');
  });

  it('are there also when the stream carries the request, and say why it was refused', async () => {
    stage = setStage({ streams: true });
    const session = await stage.open();
    stage.broker.refuseNext('IssueToken', 'scope_not_granted');
    await expect(session.token(crm)).rejects.toThrow();
    const { attributes, status } = traces.one('creance.issue');
    expect(attributes['error.type']).toBe('CREANCE_SCOPE_NOT_GRANTED');
    expect(status).toEqual({ code: SpanStatusCode.ERROR });
  });

  // breaks when: calls by timers hang below whatever was active when the session was opened
  it('are none of what nobody asked for: renewals, reports, the end', async () => {
    await traces.within('run', async () => {
      const session = await stage.open();
      session.record({ action: 'a', audience: crm.audience, outcome: 'allowed' });
      await stage.clock.advance(600_000);
      await session.close();
      await settle();
    });
    expect(stage.broker.seen('RenewSession').length).toBeGreaterThan(0);
    for (const method of ['RenewSession', 'ReportActions', 'EndSession'])
      expect(new Set(traceOf(method).map((trace) => JSON.stringify(trace)))).toEqual(
        new Set(['{}']),
      );
    expect(traces.spans.map(({ name }) => name).sort()).toEqual(['a', 'creance.open', 'run']);
  });

  // breaks when: a report over the stream is in the trace in which its timer was set
  it('are none of what nobody asked for over the stream either', async () => {
    stage = setStage({ streams: true });
    const session = await stage.open();
    await settle();
    await traces.within('run', async () => {
      session.record({ action: 'a', audience: crm.audience, outcome: 'allowed' });
      await stage.clock.advance(5_000);
      await settle();
    });
    const heard = stage.broker.streams.flatMap((stream) => stream.heard);
    const reported = heard.filter(({ kind }) => kind?.$case === 'reportActions');
    expect(reported.map(({ traceparent }) => traceparent)).toEqual(['']);
    await session.close();
  });

  it('name the workload that a child join token is for', async () => {
    const session = await stage.open();
    await session.childJoinToken({ workload: 'b' });
    const { attributes } = traces.one('creance.delegate');
    expect(attributes).toMatchObject({ 'creance.child.workload': 'b', 'creance.root': session.id });
  });

  // breaks when: baggage, which is whatever the application puts there, is sent to the broker
  it('send the broker the trace alone', async () => {
    const entry = { customer: { value: 'ada' } };
    const within = propagation.setBaggage(context.active(), propagation.createBaggage(entry));
    const session = await stage.open();
    await context.with(within, () => session.token(crm));
    expect(Object.keys(traceOf('IssueToken')[0] ?? {})).toEqual(['traceparent']);
  });

  it('are none without a tracer', async () => {
    await traces.stop();
    await (await stage.open()).token(crm);
    expect(traceOf('IssueToken')).toEqual([{}]);
  });
});

describe('the span of an action that was recorded', () => {
  it('has the id of its report and no length', async () => {
    const session = await stage.open();
    const headers = await session.headers({ url: 'https://crm.example/', ...crm });
    const action = { action: 'mail.send', audience: 'https://mail.example' };
    session.record({ ...action, outcome: 'refused', headers });
    await stage.clock.advance(1_000);
    const span = traces.one('mail.send');
    expect(span.attributes).toMatchObject({
      'creance.resource': 'https://mail.example',
      'creance.action': 'mail.send',
      'creance.action.id': headers['creance-action'],
      'creance.outcome': 'refused',
    });
    const [{ span: reference } = {}] = stage.broker.observations;
    expect(reference?.traceId.toString('hex')).toBe(span.spanContext().traceId);
  });
});
