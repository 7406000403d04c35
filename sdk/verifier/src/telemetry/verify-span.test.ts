import {
  propagation,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  TraceFlags,
} from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEcKey } from '../grpc/ec-key.js';
import { Seen } from '../support/seen.js';
import { startTraces, type Traces, toldBy } from '../support/spans.js';
import { cutEntry, newHandle } from '../support/test-issuer.js';
import { type Bench, openBench, outcome } from '../support/test-verifier.js';

let bench: Bench;
let seen: Seen;
let traces: Traces;
beforeEach(async () => {
  seen = new Seen();
  bench = await openBench({ reports: seen });
  traces = startTraces();
});
afterEach(() => traces.stop());

const theirs = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const traceparent = `00-${theirs.traceId}-${theirs.spanId}-01`;
const link = { ...theirs, traceFlags: TraceFlags.SAMPLED, isRemote: true };

interface Sent {
  readonly token?: string;
  readonly proof?: string;
  readonly headers?: Record<string, string>;
  readonly scopes?: readonly string[];
}

async function use({ token, proof, headers, scopes = ['contacts:read'] }: Sent = {}) {
  const { issuer, verifier } = bench;
  const shown = token ?? issuer.token();
  const signed = { authorization: `DPoP ${shown}`, dpop: proof ?? issuer.proof(shown) };
  const all = { traceparent, ...headers, ...signed };
  const request = new Request(`${issuer.audience}/contacts?q=secret`, { headers: all });
  return outcome(await verifier.verify(request, { scopes, action: 'GET /contacts' }));
}

const verify = (): ReadableSpan => traces.one('creance.verify');
const above = () => verify().parentSpanContext?.spanId;
const linked = () => verify().links.map(({ context }) => context);
const ids = ({ traceId, spanId }: SpanContext) => ({ traceId, spanId });

describe('the span of a request that is let through', () => {
  it('says whose action it was, and where the log stood', async () => {
    const actionId = newHandle();
    expect(await use({ headers: { 'creance-action': actionId } })).toBe('ok');
    expect(verify().kind).toBe(SpanKind.INTERNAL);
    expect(verify().attributes).toEqual({
      'creance.session': bench.issuer.session,
      'creance.resource': bench.issuer.audience,
      'creance.action': 'GET /contacts',
      'creance.action.id': actionId,
      'creance.outcome': 'allowed',
      'creance.revision': bench.feed.view.revision,
    });
  });

  // breaks when: the span is made before the verdict, or the caller's word counts for nothing
  it('is a part of its caller’s trace', async () => {
    await use();
    expect(above()).toBe(theirs.spanId);
    expect(verify().spanContext().traceId).toBe(theirs.traceId);
    expect(linked()).toEqual([]);
  });

  it('hangs below the server’s own span where that continues the caller’s trace', async () => {
    const remote = `00-${theirs.traceId}-${'c'.repeat(16)}-01`;
    await traces.below(remote, 'server', () => use());
    expect(above()).toBe(traces.one('server').spanContext().spanId);
    expect(verify().spanContext().traceId).toBe(theirs.traceId);
  });

  it('is linked to the server’s own span where that is a trace of its own', async () => {
    await traces.within('server', () => use());
    expect(above()).toBe(theirs.spanId);
    expect(linked().map(ids)).toEqual([ids(traces.one('server').spanContext())]);
  });

  it('hangs below the server’s own span where the request names none', async () => {
    await traces.within('server', () => use({ headers: { traceparent: 'none' } }));
    expect(above()).toBe(traces.one('server').spanContext().spanId);
  });

  // breaks when: the report names the caller's span
  it('is named in the report', async () => {
    await use();
    expect(seen.last?.span).toEqual(ids(verify().spanContext()));
  });

  it('is as long as the verification was, by the clock of the verifier', async () => {
    const began = bench.clock.now();
    await use();
    const [seconds, nanos] = verify().startTime;
    expect(seconds * 1_000 + nanos / 1_000_000).toBe(began);
    expect(verify().duration).toEqual([0, 0]);
  });
});

describe('the span of a request that is refused', () => {
  const thefts: [string, () => Promise<string>][] = [
    ['token_malformed', () => use({ token: 'stranger' })],
    [
      'proof_wrong_key',
      () => {
        const token = bench.issuer.token();
        return use({ token, proof: bench.issuer.proof(token, {}, newEcKey()) });
      },
    ],
    [
      'proof_replayed',
      async () => {
        const token = bench.issuer.token();
        const proof = bench.issuer.proof(token);
        await traces.stop();
        await use({ token, proof });
        traces = startTraces();
        return use({ token, proof });
      },
    ],
    [
      'token_cut',
      async () => {
        const token = bench.issuer.token();
        await bench.feed.receive(bench.issuer.delta([cutEntry(bench.issuer.session)]));
        return use({ token });
      },
    ],
    ['insufficient_scope', () => use({ scopes: ['contacts:export'] })],
  ];

  // breaks when: a refused request's word makes its span a part of any trace
  it.each(thefts)('for %s is a trace of its own, with a link', async (reason, work) => {
    expect(await work()).toBe(reason);
    expect(above()).toBeUndefined();
    expect(verify().spanContext().traceId).not.toBe(theirs.traceId);
    expect(linked()).toEqual([link]);
    const told = { 'creance.outcome': 'refused', 'creance.refusal': reason };
    expect(verify().attributes).toMatchObject(told);
    // A refusal is what a verifier is there for.
    expect(verify().status).toEqual({ code: SpanStatusCode.UNSET });
  });

  it('is linked to the server’s own span too, whatever that trusts', async () => {
    await traces.below(traceparent, 'server', () => use({ token: 'stranger' }));
    expect(above()).toBeUndefined();
    const server = traces.one('server').spanContext();
    expect(linked().map(ids)).toEqual([theirs, ids(server)]);
  });

  it('names no session and no action of a stranger', async () => {
    await use({ token: 'stranger', headers: { 'creance-action': newHandle() } });
    const token = bench.issuer.token({ audience: 'https://mail.example' });
    await use({ token });
    for (const { attributes } of traces.spans)
      expect(Object.keys(attributes).sort()).toEqual([
        'creance.action',
        'creance.outcome',
        'creance.refusal',
        'creance.resource',
        'creance.revision',
      ]);
  });
});

describe('a stranger’s trace context', () => {
  it.each([
    ['two lines', `${traceparent}, ${traceparent}`],
    ['zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['10 KB', `${traceparent}${'-'.repeat(10_240)}`],
    ['a future version of 600 characters', `01${traceparent.slice(2)}-${'a'.repeat(550)}`],
  ])('of %s is none', async (_name, value) => {
    await use({ token: 'stranger', headers: { traceparent: value } });
    expect(linked()).toEqual([]);
  });

  // breaks when: links take the whole span context
  it('brings nothing along but its ids', async () => {
    const headers = { tracestate: 'vendor=canary', baggage: 'user=canary' };
    await use({ token: 'stranger', headers });
    expect(toldBy(verify())).not.toContain('canary');
    expect(linked()).toEqual([link]);
  });

  // breaks when: the propagator reads whatever it likes of a request
  it('is read from two headers, whatever the application propagates', async () => {
    const asked: (string | undefined)[] = [];
    const propagator: TextMapPropagator = {
      inject() {},
      fields: () => [],
      extract(context, carrier, getter) {
        for (const name of ['traceparent', 'baggage', 'x-b3-traceid'])
          asked.push(getter.get(carrier, name) as string | undefined);
        return context;
      },
    };
    propagation.disable();
    propagation.setGlobalPropagator(propagator);
    await use({ headers: { baggage: 'user=ada', 'x-b3-traceid': theirs.traceId } });
    expect(asked).toEqual([traceparent, undefined, undefined]);
  });
});

// breaks when: an attribute holds a header, a URL or the text of an error
it('no span shows a token, a proof or a query', async () => {
  const token = bench.issuer.token();
  const proofs = [bench.issuer.proof(token), bench.issuer.proof(token, {}, newEcKey())];
  for (const proof of [...proofs, ...proofs]) await use({ token, proof });
  expect(traces.spans).toHaveLength(4);
  const told = traces.spans.map(toldBy).join('\n');
  for (const secret of [token, ...proofs, 'secret', 'eyJ', 'DPoP'])
    expect(told).not.toContain(secret);
});

describe('without a tracer', () => {
  it('nothing is read of the trace, and the report names no span', async () => {
    await traces.stop();
    const { issuer, verifier } = bench;
    const token = issuer.token();
    let read = 0;
    const call = {
      method: 'GET',
      pathname: '/contacts',
      authorization: `DPoP ${token}`,
      proof: issuer.proof(token),
      traceHeader: () => {
        read += 1;
        return traceparent;
      },
    };
    expect(outcome(await verifier.verifyCall(call, { scopes: ['contacts:read'] }))).toBe('ok');
    expect(read).toBe(0);
    expect(seen.last).toMatchObject({ span: undefined, sessionId: issuer.session });
  });
});
