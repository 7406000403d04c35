import { ok, type Revision, refuse } from '@creance/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { DoubleEdges } from './double-edge.js';

const endSession = '/creance.v1.SessionService/EndSession';
const renewSession = '/creance.v1.SessionService/RenewSession';
const issueToken = '/creance.v1.SessionService/IssueToken';
const workload = { 'creance-session': 'workload:triage' };

const { start, stop } = new DoubleEdges();
afterEach(stop);

describe('a fault of a verb', () => {
  const canary = 'canary-9d1e';
  const thrown: [string, () => Promise<never>][] = [
    ['an Error', async () => Promise.reject(new Error(canary))],
    ['a text', async () => Promise.reject(canary)],
    [
      'something that looks like a status',
      async () => Promise.reject({ code: 5, details: canary, message: canary }),
    ],
    ['nothing', async () => Promise.reject(undefined)],
  ];

  // breaks when: the pipeline gives what is thrown to grpc-js (CVE-2026-101915)
  it.each(thrown)('tells nobody what was thrown: %s', async (_name, endSessionOf) => {
    const { client, log, outcomes } = await start({ commands: { endSession: endSessionOf } });
    const ended = await client.call(endSession, undefined, workload);
    expect(ended).toMatchObject({ code: 13, reason: 'internal' });
    const wire = [ended.message, ...Object.values(ended.metadata.toJSON()).flat()];
    expect(wire.map((part) => part.toString('latin1')).join()).not.toContain(canary);
    expect(log).toMatchObject([{ level: 'error', fields: { requestId: ended.requestId } }]);
    expect(outcomes).toEqual(['internal']);
  });

  it('does not end the broker when it is thrown at once', async () => {
    const { client } = await start({
      commands: {
        endSession() {
          throw new Error(canary);
        },
      },
    });
    expect((await client.call(endSession, undefined, workload)).reason).toBe('internal');
    expect((await client.call(renewSession, undefined, workload)).reason).toBe('ok');
  });
});

describe('a refusal', () => {
  // breaks when: whoever has claimed the answer falls over what he notes of it, and leaves the caller waiting
  it('that cannot be noted is answered as a fault, with details, and at once', async () => {
    const denial = {
      reason: 'resource_unknown' as const,
      get detail(): never {
        throw new Error('canary-4b7c');
      },
    };
    const { client, log } = await start({ commands: { endSession: async () => refuse(denial) } });
    const ended = await client.call(endSession, undefined, workload);
    expect(ended).toMatchObject({ code: 13, reason: 'internal' });
    expect(log).toContainEqual(expect.objectContaining({ level: 'error' }));
    expect((await client.call(renewSession, undefined, workload)).reason).toBe('ok');
  });

  it('is logged once with its detail, under the request id that the caller sees', async () => {
    const { client, log } = await start({
      commands: {
        issueToken: async () =>
          refuse({ reason: 'resource_unknown', detail: { presented: 'https://x' } }),
      },
    });
    const ask = Buffer.from([0x0a, 1, 97, 0x12, 1, 97]);
    const ended = await client.call(issueToken, ask, workload);
    expect(ended.reason).toBe('resource_unknown');
    expect(log).toEqual([
      {
        level: 'warn',
        fields: {
          requestId: ended.requestId,
          method: issueToken,
          address: '127.0.0.1',
          caller: expect.any(String),
          reason: 'resource_unknown',
          detail: { presented: 'https://x' },
          // The words of the explanation, by the manifest in force.
          presented: 'https://x',
          nearest: 'audiences: https://crm.example.internal',
          missing: 'a resource with this audience',
          fix: expect.stringContaining('register the resource'),
        },
      },
    ]);
  });

  // breaks when: every refusal is written down
  it('is written down no more often than failures may come, and counted always', async () => {
    const double = await start({
      limits: { failuresBurst: 3, failuresPerSecond: 0.01, deadlineMillisMax: 1 },
    });
    for (let at = 0; at < 8; at += 1) await double.client.call(renewSession, undefined, workload);
    expect(double.outcomes).toEqual(Array(8).fill('deadline_too_long'));
    expect(double.log).toHaveLength(3);
  });

  it('has another request id each time', async () => {
    const { client } = await start();
    const ids = [await client.call(renewSession), await client.call(renewSession)].map(
      ({ requestId }) => requestId,
    );
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('tells a stranger nothing of a malformed request', async () => {
    const { client } = await start();
    expect((await client.call(issueToken, Buffer.from([0xff]))).reason).toBe('session_missing');
    const member = await client.call(issueToken, Buffer.from([0xff]), workload);
    expect(member).toMatchObject({ code: 3, reason: 'request_malformed' });
  });
});

describe('a verb', () => {
  it('gets the caller, the address and the request id', async () => {
    const seen: unknown[] = [];
    const { client } = await start({
      commands: {
        async endSession(_ask, call) {
          seen.push([call.caller.kind, call.address, call.requestId.length, call.now > 0]);
          return ok(3 as Revision);
        },
      },
    });
    await client.call(endSession, undefined, workload);
    expect(seen).toEqual([['session', '127.0.0.1', 22, true]]);
  });
});
