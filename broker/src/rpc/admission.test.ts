import { refuse } from '@creance/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { DoubleClient, type DoubleEdge, DoubleEdges } from './double-edge.js';

const renewSession = '/creance.v1.SessionService/RenewSession';
const cut = '/creance.v1.OperatorService/Cut';
const workload = { 'creance-session': 'workload:triage' };
const operator = { 'creance-session': 'operator:oncall' };
const cutNow = Buffer.from([0x10, 0, 0x7a, 3, 119, 104, 121]);

const { start, stop } = new DoubleEdges();
const clients: DoubleClient[] = [];
const another = ({ edge }: DoubleEdge) => {
  const client = new DoubleClient(edge.port);
  clients.push(client);
  return client;
};

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stop();
});

describe('rates', () => {
  it('bound the failures of an address, for whoever comes over a new connection', async () => {
    const double = await start({ limits: { failuresBurst: 3, failuresPerSecond: 0.01 } });
    const known = another(double);
    expect((await known.call(renewSession, undefined, workload)).reason).toBe('ok');
    const thief = another(double);
    const reasons: (string | undefined)[] = [];
    for (let at = 0; at < 4; at += 1) reasons.push((await thief.call(renewSession)).reason);
    expect(reasons).toEqual([
      'session_missing',
      'session_missing',
      'session_missing',
      'rate_limited',
    ]);
    const fresh = await another(double).call(renewSession, undefined, workload);
    expect(fresh).toMatchObject({ code: 8, reason: 'rate_limited' });
    expect(double.hits).toContain('failuresPerSecond');
    // breaks when: failures count against the address alone, whoever calls
    expect((await known.call(renewSession, undefined, workload)).reason).toBe('ok');
  });

  it.each([
    ['Suspend', Buffer.concat([Buffer.from([0x0a, 16]), Buffer.alloc(16, 1)])],
    ['CompromiseKey', Buffer.concat([Buffer.from([0x0a, 43]), Buffer.alloc(43, 'A')])],
  ])('leave %s the lane of cuts', async (method, request) => {
    const double = await start({ limits: { failuresBurst: 1, failuresPerSecond: 0.01 } });
    await double.client.call(renewSession);
    const path = `/creance.v1.OperatorService/${method}`;
    expect((await another(double).call(path, request, operator)).reason).toBe('ok');
    const resume = '/creance.v1.OperatorService/Resume';
    expect((await another(double).call(resume, undefined, operator)).reason).toBe('rate_limited');
  });

  it('leave cuts a lane of their own', async () => {
    const double = await start({ limits: { failuresBurst: 1, failuresPerSecond: 0.01 } });
    await double.client.call(renewSession);
    expect((await double.client.call(renewSession)).reason).toBe('rate_limited');
    expect((await another(double).call(cut, cutNow, operator)).reason).toBe('ok');
  });

  it('do not count the step that fetches a nonce', async () => {
    const double = await start({
      limits: { failuresBurst: 1, failuresPerSecond: 0.01 },
      authenticate: () => refuse({ reason: 'nonce_required' }),
    });
    for (let at = 0; at < 5; at += 1) {
      const ended = await double.client.call(renewSession, undefined, workload);
      expect(ended.reason).toBe('nonce_required');
      expect(ended.metadata.get('dpop-nonce')).toEqual(['nonce-1']);
    }
    expect(double.log).toEqual([]);
  });

  it('bound the calls of a workload and say how long to wait, and no other workload', async () => {
    const double = await start({ limits: { workloadBurst: 2, workloadPerSecond: 0.01 } });
    const call = (name: string) =>
      double.client.call(renewSession, undefined, { 'creance-session': `workload:${name}` });
    const reasons = [await call('a'), await call('a'), await call('a'), await call('b')];
    expect(reasons.map(({ reason }) => reason)).toEqual(['ok', 'ok', 'rate_limited', 'ok']);
    expect(double.hits).toEqual(['workloadPerSecond']);
  });

  it('bound the calls of an owner over all its workloads', async () => {
    const double = await start({ limits: { ownerBurst: 2, ownerPerSecond: 0.01 } });
    const call = (name: string) =>
      double.client.call(renewSession, undefined, { 'creance-session': name });
    const reasons = [
      await call('verifier:crm'),
      await call('verifier:mail'),
      await call('verifier:git'),
      await call('operator:oncall'),
    ].map(({ reason }) => reason);
    expect(reasons).toEqual(['ok', 'ok', 'rate_limited', 'ok']);
    expect(double.hits).toEqual(['ownerPerSecond']);
  });
});

describe('strangers', () => {
  it('have a bound of their own, which whoever is proved leaves', async () => {
    const double = await start({ limits: { strangersPerAddress: 2, connectionsPerAddress: 4 } });
    const [one, two, three, four] = [1, 2, 3, 4].map(() => another(double));
    expect((await one?.call(renewSession, undefined, workload))?.reason).toBe('ok');
    expect((await two?.call(renewSession))?.reason).toBe('session_missing');
    expect((await three?.call(renewSession))?.reason).toBe('session_missing');
    expect((await four?.call(renewSession, undefined, workload, 400))?.reason).toBeUndefined();
    expect(double.hits).toContain('strangersPerAddress');
    expect((await three?.call(renewSession, undefined, workload))?.reason).toBe('ok');
  });

  it('with a key and no evidence stay strangers', async () => {
    const evidence = Buffer.from([0x0a, 5, 0x12, 3, 0x0a, 1, 97]);
    const open = '/creance.v1.SessionService/OpenSession';
    const double = await start({
      limits: { failuresBurst: 2, failuresPerSecond: 0.01 },
      commands: { openSession: async () => refuse({ reason: 'evidence_key_unknown' }) },
    });
    const reasons: (string | undefined)[] = [];
    for (let at = 0; at < 3; at += 1)
      reasons.push((await another(double).call(open, evidence, { dpop: 'key' })).reason);
    expect(reasons).toEqual(['evidence_key_unknown', 'evidence_key_unknown', 'rate_limited']);
  });
});

describe('a second proof', () => {
  it('reaches whoever proves the call, each value of it', async () => {
    const seen: (readonly string[])[] = [];
    const { client } = await start({
      authenticate({ newKeyProofs }) {
        seen.push(newKeyProofs);
        return refuse({ reason: 'new_key_proof_missing' });
      },
    });
    const entries = { ...workload, 'creance-new-key-proof': 'a.b.c, d.e.f' };
    expect((await client.call(renewSession, undefined, entries)).code).toBe(16);
    expect(seen).toEqual([['a.b.c', 'd.e.f']]);
  });
});
