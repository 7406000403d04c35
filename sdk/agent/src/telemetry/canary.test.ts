import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { answerInTurn, good, type Resource, refusal, startResource } from '../doubles/resource.js';
import { startTraces, type Traces, toldBy } from '../doubles/spans.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { connectTo, entry, read } from '../grpc/double-client.js';
import { type GrpcResource, startGrpcResource } from '../grpc/double-resource.js';
import { creanceInterceptor } from '../grpc.js';
import { convention, creance, genAi, genAiOptIn } from './names.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
/** What an agent has in its requests, and nobody else is to read in a trace. */
const private_ = ['4711', 'q-secret', 'h-secret', 'b-secret', 'm-secret', 'e-secret'];

let stage: Stage;
let traces: Traces;
let http: Resource;
let grpc: GrpcResource;
beforeEach(async () => {
  vi.stubEnv(genAiOptIn.variable, genAiOptIn.word);
  stage = setStage({ streams: true });
  traces = startTraces();
  [http, grpc] = await Promise.all([startResource(), startGrpcResource()]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await traces.stop();
  grpc.close();
  await http.close();
});

/** Everything that makes a span, with whatever can go wrong. */
async function everything(): Promise<void> {
  const parent = await stage.open();
  const child = await parent.delegate();
  const made = await parent.childJoinToken({ workload: 'b' });
  await (await stage.connect()).session({ childJoinToken: made.reveal() });
  answerInTurn(http, [refusal('use_dpop_nonce', 'nonce-1'), refusal('invalid_token'), good]);
  const headers = { cookie: 'h-secret' };
  const url = `${http.origin}/contacts/4711?token=q-secret#q-secret`;
  await child.fetch(url, { ...crm, method: 'POST', headers, body: 'b-secret' });
  const fails = () => Promise.reject(new Error('e-secret'));
  await child.tool('search', fails).catch(() => {});
  await child.fetch('http://127.0.0.1:1/4711', crm).catch(() => {});
  const signed = await child.headers({ url, ...crm });
  child.record({ action: 'a', audience: crm.audience, outcome: 'allowed', headers: signed });
  const wanted = { audience: grpc.origin, scopes: crm.scopes };
  const client = connectTo(grpc, [creanceInterceptor(child, wanted)]);
  const metadata = entry('x-note', 'm-secret');
  grpc.refusals.push({ reason: 'TOKEN_CUT', challenge: 'DPoP error="invalid_token"' });
  await read(client, metadata);
  stage.broker.refuseNext('IssueToken', 'session_narrowed');
  await read(client, metadata, { deadline: 0 }).catch(() => {});
  client.close();
  await parent.close();
  await settle();
}

describe('the spans of a run', () => {
  // breaks when: an attribute holds `url.full`, a header, an error's message or a token
  it('hold no token, proof, key, path, query, header, body or message', async () => {
    await everything();
    const proofs = [...http.seen, ...grpc.seen].map(({ proof }) => proof.jws.signingInput);
    const secrets = [...stage.broker.secrets, ...proofs, ...private_];
    expect(secrets.length).toBeGreaterThan(30);
    expect(traces.spans.length).toBeGreaterThan(10);
    const told = traces.spans.map(toldBy).join('\n');
    for (const secret of secrets) expect(told.includes(secret), secret.slice(0, 12)).toBe(false);
    expect(told).not.toMatch(/eyJ|DPoP|BEGIN/);
  });

  // breaks when: a name is not pinned in names.ts
  it('have attributes of these names and no others', async () => {
    await everything();
    const pinned = [creance, convention, genAi].flatMap((each) => Object.values<string>(each));
    const used = new Set(traces.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...used].filter((name) => !pinned.includes(name))).toEqual([]);
    expect(traces.spans.flatMap(({ events, links }) => [...events, ...links])).toEqual([]);
  });

  it('would show it if it were there', async () => {
    const token = await (await stage.open()).token(crm);
    await traces.within(token.reveal(), async () => {});
    expect(traces.spans.map(toldBy).join('\n')).toContain(token.reveal());
  });
});
