import { parseHandle } from '@creance/proto';
import { type Creance, connect, type Session } from '@creance/sdk';
import { joinVerifier } from '@creance/verifier/grpc';
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { logFieldWords } from '../../broker/src/telemetry/log-fields.js';
import { brokerMetrics } from '../../broker/src/telemetry/metric-names.js';
import { BrokerProcess, crmAudience } from '../support/broker-process.js';
import { OtlpCollector, type OtlpPoint } from '../support/otlp-collector.js';
import { startTraces, type Traces } from '../support/traces.js';

const read = { audience: crmAudience, scopes: ['contacts:read'] };
const patience = { timeout: 15_000, interval: 100 };

const collector = new OtlpCollector();
let broker: BrokerProcess;
let client: Creance;
let verifier: Awaited<ReturnType<typeof joinVerifier>>;
let traces: Traces;
/** Bearer material that the broker has seen. */
const secrets: string[] = [];

beforeAll(async () => {
  broker = new BrokerProcess(undefined, 'debug', await collector.open());
  await broker.start();
  traces = startTraces();
  const joins = await Promise.all([
    broker.joinString('workload', 'triage'),
    broker.joinString('verifier', 'crm'),
  ]);
  secrets.push(...joins);
  client = await connect({ join: joins[0] });
  const keyFile = `${broker.data}/crm.key.json`;
  verifier = await joinVerifier({ join: joins[1], keyFile, publicOrigin: 'http://127.0.0.1:1' });
  await verifier.ready();
});

afterAll(async () => {
  await verifier?.close();
  await client?.close();
  await traces?.stop();
  await broker?.dispose();
  await collector.close();
});

/** Lines of the broker's log. */
const lines = (): readonly Record<string, unknown>[] =>
  broker.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const bytesOf = ({ id }: Session) => Buffer.from(parseHandle(id) ?? '', 'base64url');

/** The last point of a metric, with these attributes. */
const point = ({ name }: { readonly name: string }, says: object = {}): OtlpPoint | undefined =>
  collector.points.findLast(
    (each) =>
      each.name === name &&
      Object.entries(says).every(([key, value]) => each.attributes[key] === value),
  );

describe('telemetry of a real broker, as a collector receives it', () => {
  // breaks when: a message of the stream does not carry its traceparent, or a proved caller is only linked
  it('goes on with the trace of the agent, over the stream and beside it', async () => {
    await trace.getTracer('application').startActiveSpan('agent run', async (span) => {
      const session = await client.session();
      secrets.push((await session.token(read)).reveal());
      await session.token({ ...read, scopes: ['contacts:export'] }).catch(() => {});
      await session.close();
      span.end();
    });
    const run = traces.spans.find(({ name }) => name === 'agent run')?.spanContext().traceId;
    const ofRun = () => collector.spans.filter(({ traceId }) => traceId === run);
    await vi.waitUntil(() => ofRun().some(({ name }) => name.includes('ssueToken')), patience);
    const issue = ofRun().find(({ name }) => name.includes('ssueToken'));
    expect(Object.keys(issue?.attributes ?? {})).toEqual(
      expect.arrayContaining(['creance.session', 'creance.workload', 'creance.outcome']),
    );
    expect(issue?.parentSpanId).toMatch(/^[0-9a-f]{16}$/);
    expect(issue?.service).toBe('creance-broker');
  });

  // breaks when: the span of a cut hangs nowhere, or its log line has no ids
  it('has the cut of an operator below his call, and in the log line the ids of both', async () => {
    const session = await client.session();
    await broker.cut(bytesOf(session));
    const cuts = () =>
      collector.spans.filter(
        ({ name, attributes }) =>
          name === 'creance.cut' && attributes['creance.cut.reason'] === 'operator',
      );
    await vi.waitUntil(() => cuts().length > 0, patience);
    const [cut] = cuts();
    const call = collector.spans.find(({ spanId }) => spanId === cut?.parentSpanId);
    expect(call?.name).toBe('creance.v1.OperatorService/Cut');
    expect(call?.traceId).toBe(cut?.traceId);
    expect(cut?.attributes).toMatchObject({
      'creance.cut.handle': 'session',
      'creance.cut.author': 'operator',
      'creance.cut.sessions_ended': 1,
      'creance.session': session.id,
      'creance.root': session.id,
      'creance.workload': 'triage',
      'creance.request.id': call?.attributes['creance.request.id'],
    });
    const line = lines().find(({ msg }) => msg === 'cut');
    expect(line).toMatchObject({
      trace_id: cut?.traceId,
      span_id: cut?.spanId,
      requestId: cut?.attributes['creance.request.id'],
      revision: cut?.attributes['creance.revision'],
    });
  });

  it('counts and measures: issued, refused, cut, acknowledged', async () => {
    const refused = { reason: 'scope_not_granted' };
    const { tokensIssued, tokensRefused, cuts, cutAcknowledged, cutAcknowledgedByAll } =
      brokerMetrics;
    await vi.waitUntil(() => (point(cutAcknowledgedByAll)?.count ?? 0) > 0, patience);
    await vi.waitUntil(() => point(tokensRefused, refused) !== undefined, patience);
    expect(point(tokensIssued, { resource: 'crm' })?.value).toBeGreaterThan(0);
    const ofOperator = { handle: 'session', reason: 'operator', author: 'operator' };
    // What was acknowledged by all may have been another row, and told with an earlier report.
    await vi.waitUntil(() => point(cuts, ofOperator) !== undefined, patience);
    expect(point(cuts, ofOperator)?.value).toBe(1);
    expect(point(cuts, { handle: 'session', reason: 'end' })?.value).toBeGreaterThan(0);
    expect(point(cutAcknowledged, { resource: 'crm' })?.count).toBeGreaterThan(0);
  });

  it('shows how full everything is that has a bound, and how late the loop and the feed are', async () => {
    const { queueDepth, queueLimit, sessionsLive, feedLag, eventLoopDelay } = brokerMetrics;
    await vi.waitUntil(() => point(feedLag, { resource: 'crm' })?.value === 0, patience);
    const queues = new Set(
      collector.points
        .filter(({ name }) => name === queueLimit.name)
        .map(({ attributes }) => attributes['queue']),
    );
    expect(queues.size).toBeGreaterThan(10);
    for (const queue of queues) {
      const [depth, limit] = [queueDepth, queueLimit].map((each) => point(each, { queue })?.value);
      expect(limit, String(queue)).toBeGreaterThan(0);
      expect(depth, String(queue)).toBeLessThan(Number(limit));
    }
    expect(point(queueDepth, { queue: 'subscribers' })?.value).toBe(1);
    expect(point(sessionsLive)?.value).toBeGreaterThan(0);
    expect(point(eventLoopDelay, { quantile: '0.99' })?.value).toBeGreaterThan(0);
    expect(point(brokerMetrics.commitWrites)?.count).toBeGreaterThan(0);
    expect(point(brokerMetrics.commitDuration)?.count).toBeGreaterThan(0);
  });

  // breaks when: an attribute of a metric is an id, an address or what somebody has asked for
  it('has metrics of the pinned names, units and attributes, and none with an id', () => {
    const pinned = new Map<string, { unit: string; attributes?: object }>(
      Object.values(brokerMetrics).map((metric) => [metric.name, metric]),
    );
    for (const { name, unit, attributes } of collector.points) {
      const metric = pinned.get(name);
      expect(metric?.unit, name).toBe(unit);
      expect(Object.keys(metric?.attributes ?? {}).sort(), name).toEqual(
        Object.keys(attributes).sort(),
      );
      for (const value of Object.values(attributes))
        expect(String(value)).not.toMatch(/^[\w-]{22}$|:\/\/|\d+\.\d+\.\d+/);
    }
  });

  it('has log lines of the pinned fields alone, and with the trace where there is a call', () => {
    const ofPino = ['level', 'time', 'pid', 'hostname', 'msg'];
    const known = new Set([...ofPino, ...Object.keys(logFieldWords)]);
    const all = lines();
    expect(all.length).toBeGreaterThan(5);
    for (const line of all) {
      expect(
        Object.keys(line).filter((field) => !known.has(field)),
        String(line['msg']),
      ).toEqual([]);
      // Each twice named field is one that a reader loses.
      expect(typeof line['level']).toBe('number');
      if (line['requestId'] !== undefined)
        expect(line, String(line['msg'])).toMatchObject({
          trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
          span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        });
    }
  });

  // breaks when: anything that is sent or written holds a token, a proof or a join string
  it('holds no bearer material, in what it sends and in what it writes', () => {
    expect(secrets).toHaveLength(3);
    for (const secret of [...secrets, ...secrets.flatMap((each) => each.split('.').slice(-1))])
      for (const [where, text] of [
        ['sent', collector.text],
        ['written', broker.output],
      ] as const)
        expect(text.includes(secret), `${where}: ${secret.slice(0, 8)}`).toBe(false);
    expect(collector.text).not.toMatch(/eyJ|DPoP|creance-join:/);
  });
});
