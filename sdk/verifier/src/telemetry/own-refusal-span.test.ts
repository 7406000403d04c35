import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEcKey } from '../grpc/ec-key.js';
import { startTraces, type Traces } from '../support/spans.js';
import { cutEntry, newHandle } from '../support/test-issuer.js';
import { type Bench, openBench, outcome } from '../support/test-verifier.js';

let bench: Bench;
let traces: Traces;
beforeEach(async () => {
  bench = await openBench();
  traces = startTraces();
});
afterEach(() => traces.stop());

const theirs = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const traceparent = `00-${theirs.traceId}-${theirs.spanId}-01`;

interface Sent {
  readonly token?: string;
  readonly proof?: string;
  readonly headers?: Record<string, string>;
}

async function use({ token, proof, headers }: Sent = {}) {
  const { issuer, verifier } = bench;
  const shown = token ?? issuer.token();
  const signed = { authorization: `DPoP ${shown}`, dpop: proof ?? issuer.proof(shown) };
  const all = { traceparent, ...headers, ...signed };
  const request = new Request(`${issuer.audience}/contacts`, { headers: all });
  return outcome(await verifier.verify(request, { scopes: ['contacts:read'] }));
}

describe('the span of a session’s own request that is refused', () => {
  const cut = () => bench.feed.receive(bench.issuer.delta([cutEntry(bench.issuer.session)]));
  const refused = () =>
    traces.spans.findLast(({ attributes }) => attributes['creance.outcome'] === 'refused');

  // breaks when: whoever proves the session's key is taken for a stranger, or is believed whatever he names
  it('is in the trace in which the session was let through before', async () => {
    await use();
    await cut();
    expect(await use()).toBe('token_cut');
    expect(refused()?.parentSpanContext?.spanId).toBe(theirs.spanId);
    expect(refused()?.spanContext().traceId).toBe(theirs.traceId);
    const other = { traceparent: `00-${'d'.repeat(32)}-${theirs.spanId}-01` };
    expect(await use({ headers: other })).toBe('token_cut');
    expect(refused()?.parentSpanContext).toBeUndefined();
  });

  // breaks when: a proof that was caught writes into the trace of its session a second time
  it('is a trace of its own when the proof may be somebody else’s', async () => {
    const token = bench.issuer.token();
    const proof = bench.issuer.proof(token);
    await use({ token, proof });
    expect(await use({ token, proof })).toBe('proof_replayed');
    expect(refused()?.parentSpanContext).toBeUndefined();
    expect(await use({ token, proof: bench.issuer.proof(token, {}, newEcKey()) })).toBe(
      'proof_wrong_key',
    );
    expect(refused()?.parentSpanContext).toBeUndefined();
  });

  it('names the row of the log that has cut its token, and not where the view stands', async () => {
    await cut();
    const row = bench.feed.view.revision;
    await bench.feed.receive(bench.issuer.delta([cutEntry(newHandle())]));
    expect(bench.feed.view.revision).toBeGreaterThan(row);
    await use();
    expect(refused()?.attributes['creance.revision']).toBe(row);
  });
});

describe('the span of a frame', () => {
  it('says how many cuts it has brought, and up to which revision', async () => {
    await bench.feed.receive(bench.issuer.delta([cutEntry(newHandle()), cutEntry(newHandle())]));
    const { attributes, parentSpanContext } = traces.one('creance.view.apply');
    expect(parentSpanContext).toBeUndefined();
    expect(attributes).toEqual({
      'creance.revision': bench.feed.view.revision,
      'creance.view.cuts': 2,
      'creance.resource': bench.issuer.audience,
    });
  });
});
