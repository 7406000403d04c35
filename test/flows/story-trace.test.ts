import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OtlpCollector, type OtlpSpan } from '../support/otlp-collector.js';

const played = join(import.meta.dirname, '../../agents-examples/dist/story/traced.js');
const opening = 'gen_ai_latest_experimental';
const collector = new OtlpCollector();
let code: unknown;
let output = '';

/** The story until the theft is over, in seven processes, every one exporting by itself. */
beforeAll(async () => {
  const environment = { ...(await collector.open()), OTEL_SEMCONV_STABILITY_OPT_IN: opening };
  const env = { ...process.env, ...environment, OTEL_METRICS_EXPORTER: 'none' };
  const child = spawn(process.execPath, [played], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  [code] = await once(child, 'close');
}, 120_000);
afterAll(() => collector.close());

type Wanted = Partial<Pick<OtlpSpan, 'name' | 'service'>> & { readonly says?: object };

const matches = (span: OtlpSpan, { name, service, says = {} }: Wanted) =>
  (name === undefined || span.name === name) &&
  (service === undefined || span.service === service) &&
  Object.entries(says).every(([key, value]) => span.attributes[key] === value);

/** All spans that are so, of the trace of the agent or of the others. */
const every = (wanted: Wanted) => collector.spans.filter((span) => matches(span, wanted));
const inTrace = (wanted: Wanted) =>
  every(wanted).filter(({ traceId }) => traceId === traceOfAgent());
const one = (wanted: Wanted): OtlpSpan => {
  const [found] = inTrace(wanted);
  if (found === undefined) throw new Error(`no span is ${JSON.stringify(wanted)}`);
  return found;
};
/** A token asked for before the stream is open comes by a call of its own; which of them, nobody can tell. */
const issuesOfBroker = () =>
  ['creance.v1.SessionService/IssueToken', 'creance.v1.SessionService/Stream/issueToken'].flatMap(
    (name) => inTrace({ service: 'creance-broker', name }),
  );
const agents = () =>
  every({ name: 'invoke_agent orchestrator' }).filter(({ parentSpanId }) => parentSpanId === '');
const traceOfAgent = () => agents()[0]?.traceId;
const parentOf = ({ parentSpanId }: OtlpSpan) =>
  collector.spans.find(({ spanId }) => spanId === parentSpanId);
const linksOf = ({ links }: OtlpSpan) =>
  links.map(({ spanId }) => collector.spans.find((span) => span.spanId === spanId));

const refusedAs = (reason: string) => ({
  name: 'creance.verify',
  says: { 'creance.refusal': reason },
});

describe('the story, as a collector receives it', () => {
  it('went as it should', () => {
    expect(output).not.toContain('✗');
    expect(code).toBe(0);
  });

  it('is one trace, whose one top is the agent', () => {
    expect(agents()).toHaveLength(1);
    const tops = inTrace({}).filter((span) => parentOf(span) === undefined);
    expect(tops.map(({ name }) => name)).toEqual(['invoke_agent orchestrator']);
  });

  it.each([
    ['orchestrator', 'creance.open'],
    ['creance-broker', 'creance.v1.SessionService/OpenSession'],
    ['orchestrator', 'execute_tool read_contacts'],
    ['orchestrator', 'creance.issue'],
    ['creance-broker', 'creance.v1.SessionService/Stream/issueToken'],
    ['crm', 'creance.verify'],
    ['orchestrator', 'tickets.v1.Tickets/List'],
    ['tickets', 'creance.verify'],
    ['orchestrator', 'creance.delegate'],
    ['creance-broker', 'creance.v1.SessionService/DelegateSession'],
    ['creance-broker', 'creance.v1.SessionService/CreateChildJoinToken'],
    ['mail-writer', 'invoke_agent mail-writer'],
    ['mail-writer', 'creance.open'],
    ['mail', 'creance.verify'],
    ['creance-broker', 'creance.signal'],
    ['creance-broker', 'creance.cut'],
  ])('holds what %s did: %s', (service, name) => {
    expect(inTrace({ service, name }).length).toBeGreaterThan(0);
  });

  // breaks when: the broker is not told the trace, or a resource does not take it from a good request
  it('hangs together: the request above its verification, its token’s issue and what the broker did', () => {
    const allowed = { 'creance.outcome': 'allowed' };
    const verified = one({ name: 'creance.verify', service: 'crm', says: allowed });
    const request = parentOf(verified);
    expect(request).toMatchObject({ name: 'GET', service: 'orchestrator' });
    expect(request?.attributes['creance.action.id']).toBe(verified.attributes['creance.action.id']);
    const issues = issuesOfBroker();
    expect(issues.length).toBeGreaterThan(0);
    for (const issue of issues) expect(parentOf(issue)?.name).toBe('creance.issue');
    const listed = one({ name: 'creance.verify', service: 'tickets', says: allowed });
    expect(parentOf(listed)?.name).toBe('tickets.v1.Tickets/List');
  });

  // breaks when: the carried trace is not taken in the other process
  it('goes on in the other process below the tool that has started it', () => {
    const child = one({ name: 'invoke_agent mail-writer' });
    expect(parentOf(child)?.name).toBe('execute_tool start_mail_writer');
  });

  // breaks when: a thief who has the agent's traceparent writes into its trace
  it('holds nothing of the thief’s: his uses are traces of their own, with a link', () => {
    for (const reason of ['proof_replayed', 'proof_missing', 'proof_wrong_key']) {
      expect(inTrace(refusedAs(reason)), reason).toEqual([]);
      const [used] = every(refusedAs(reason));
      expect(used?.parentSpanId, reason).toBe('');
      const linked = used === undefined ? [] : linksOf(used);
      expect(
        linked.some((span) => span?.traceId === traceOfAgent()),
        reason,
      ).toBe(true);
    }
  });

  it('holds the signal, linked to the thief’s use, and the cut below it', () => {
    const signal = one({ name: 'creance.signal', says: { 'creance.signal.kind': 'foreign_key' } });
    expect(linksOf(signal)).toEqual(every(refusedAs('proof_wrong_key')));
    const cut = one({ name: 'creance.cut' });
    expect(parentOf(cut)).toEqual(signal);
    const root = agents()[0]?.attributes['creance.session'];
    expect(signal.attributes).toMatchObject({
      'creance.response': 'tree_revoked',
      'creance.root': root,
      'creance.parent': root,
      'creance.workload': 'orchestrator',
      'creance.resource': 'https://crm.example.internal',
    });
    expect(cut.attributes).toMatchObject({
      'creance.cut.handle': 'session',
      'creance.cut.reason': 'theft',
      'creance.cut.author': 'broker',
      'creance.cut.sessions_ended': 3,
      'creance.session': root,
    });
  });

  it.each(['crm', 'mail', 'tickets'])(
    'holds the last refusal of %s, by the row of the cut',
    (service) => {
      const { attributes } = one({ ...refusedAs('token_cut'), service });
      const { 'creance.revision': revision } = one({ name: 'creance.cut' }).attributes;
      expect(revision).toBeGreaterThan(0);
      expect(attributes['creance.revision']).toBe(revision);
    },
  );

  it('says whose it is on every span of the agents, and what the broker answered', () => {
    for (const service of ['orchestrator', 'mail-writer']) {
      const spans = inTrace({ service });
      expect(spans.length).toBeGreaterThan(5);
      for (const { name, attributes } of spans)
        expect(attributes, name).toMatchObject({
          'creance.session': expect.any(String),
          'creance.workload': service,
        });
    }
    for (const { name, attributes } of inTrace({ service: 'creance-broker' }))
      if (name.startsWith('creance.v1.'))
        expect(attributes, name).toMatchObject({ 'creance.outcome': expect.any(String) });
  });

  // breaks when: any span of any process holds a token, a proof, a join string, a path or a query
  it('shows no bearer material and nothing of a request', () => {
    expect(collector.spans.length).toBeGreaterThan(60);
    for (const secret of ['eyJ', 'DPoP', 'creance-join:', 'Ada', '/contacts?', 'BEGIN'])
      expect(collector.text.includes(secret), secret).toBe(false);
  });
});
