import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { leaks } from '../stage/loopback.js';
import { type Mail, openMail } from '../stage/mail.js';
import { audiences } from '../stage/manifest.js';
import { AdapterStage, codeOf } from '../stage/stage.js';
import {
  type Collector,
  openCollector,
  pathOf,
  startTraces,
  type Traces,
  toldBy,
} from '../stage/traces.js';
import { aiSdk } from './ai-sdk.js';
import type { FrameworkPlace } from './framework.js';
import { langChain } from './langchain.js';
import { mcp1, mcp2 } from './mcp.js';

let collector: Collector;
let stage: AdapterStage;
let mail: Mail;
let traces: Traces;

beforeAll(async () => {
  collector = await openCollector();
  stage = await AdapterStage.start(undefined, collector.environment);
  mail = await openMail(stage);
});
beforeEach(() => {
  traces = startTraces();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await traces.stop();
});
afterAll(async () => {
  await stage.dispose();
  collector.close();
});

describe.each([mcp2, mcp1, aiSdk, langChain])('a run of $name', (framework) => {
  let place: FrameworkPlace;
  beforeAll(async () => {
    place = await framework.open(stage, mail);
  });

  /** Spans of one trace that are about a resource. */
  const spansOf = (traceId: string, name: string, audience: string) =>
    traces.spans.filter(
      (span) =>
        span.name === name &&
        span.spanContext().traceId === traceId &&
        span.attributes['creance.resource'] === audience,
    );
  const paths = (...of: Parameters<typeof spansOf>) =>
    spansOf(...of).map((span) => pathOf(traces.spans, span));

  const ways = [
    ['HTTP', 'readContacts', 'http', audiences.crm],
    ['gRPC', 'sendMail', 'grpc', audiences.mail],
  ] as const;

  // breaks when: an adapter runs a tool outside of the context of its run
  it.each(ways)(
    'is one trace to the token and to the verdict over %s',
    async (_, tool, way, at) => {
      const { session } = await stage.agent();
      // A client of MCP asks for its first token when it connects.
      const traceId = await traces.run(async () => (await place.agent(session)).run(tool));
      const above = [...framework.spans[way], 'agent run'];
      expect(paths(traceId, 'creance.verify', at)).toContainEqual(['creance.verify', ...above]);
      expect(paths(traceId, 'creance.issue', at).map((path) => path.at(-1))).toContain('agent run');
      const asked = spansOf(traceId, 'creance.issue', at).map((span) => span.spanContext().spanId);
      await vi.waitFor(() => {
        const ofTrace = collector.spans().filter((span) => span.traceId === traceId);
        const answered = ofTrace.filter(({ name }) => /issueToken$/i.test(name));
        const parents = answered.map(({ parentSpanId }) => parentSpanId);
        expect(parents).toEqual(expect.arrayContaining(asked));
      }, 10_000);
    },
  );

  // breaks when: an adapter does not run its tools by `session.tool`
  it.each(ways)('has spans of GenAI over %s for who asks for them', async (_, tool, way, at) => {
    vi.stubEnv('OTEL_SEMCONV_STABILITY_OPT_IN', 'gen_ai_latest_experimental');
    const { session } = await stage.agent();
    const agent = await place.agent(session);
    const traceId = await traces.run(() => agent.run(tool));
    const above = [...framework.genAi[way], 'agent run'];
    expect(paths(traceId, 'creance.verify', at)).toContainEqual(['creance.verify', ...above]);
    await session.close();
    const own = traces.spans.find(({ name }) => name === 'invoke_agent triage');
    expect(own?.attributes).toMatchObject({ 'gen_ai.conversation.id': session.id });
  });

  // breaks when: a token or proof stands in a message, a span, a log line or an error
  it('shows no token to the model, to spans, to logs and in errors', async () => {
    vi.stubEnv('OTEL_SEMCONV_STABILITY_OPT_IN', 'gen_ai_latest_experimental');
    const { session, events } = await stage.agent();
    const agent = await place.agent(session);
    const faults: unknown[] = [];
    await traces.run(async () => {
      await agent.run('readContacts');
      await agent.run('sendMail');
      faults.push(await agent.run('eraseContacts').catch((error: unknown) => error));
      await stage.operator.cut(session.id);
      await vi.waitFor(() => expect(session.signal.aborted).toBe(true));
      faults.push(await agent.run('readContacts').catch((error: unknown) => error));
    });
    expect(faults.map(codeOf)).toEqual(['CREANCE_SCOPE_NOT_GRANTED', 'CREANCE_SESSION_REVOKED']);
    const inspected = inspect([faults, events, session], { depth: 12, showHidden: true });
    const spans = traces.spans.map(toldBy).join('\n') + collector.text();
    const shown = [agent.shown(), inspected, spans, stage.brokerLog].join('\n');
    const sent = [...place.seen, { secrets: mail.secrets }];
    expect(traces.spans.length).toBeGreaterThan(4);
    expect(leaks(shown, sent)).toEqual([]);
    expect(leaks(JSON.stringify(place.seen) + mail.secrets, sent).length).toBeGreaterThan(2);
  });
});
