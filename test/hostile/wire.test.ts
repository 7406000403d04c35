import { OpenSessionRequest } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import type { Entries } from '../support/edge.js';
import { grpcFrame } from '../support/http2-attacker.js';
import { asRoot } from '../support/raw-client.js';
import { TestKey } from '../support/test-key.js';
import {
  expectAlive,
  issueRequest,
  issueToken,
  nothing,
  openSession,
  renewSession,
  underAttack,
} from '../support/under-attack.js';

const { start, attacker } = underAttack();

describe('headers', () => {
  const many = (count: number, chars: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, 'y'.repeat(chars)]));

  it.each([
    ['300 entries', many(300, 1), 'reset'],
    ['an entry of 60 KB', many(1, 60_000), '8'],
    ['an entry of 20 KB', many(1, 20_000), '8'],
    ['100 entries of 200 characters', many(100, 200), '8'],
  ])('that flood are refused: %s', async (_name, headers, outcome) => {
    const edge = await start();
    const { stream, ended } = attacker(edge).open(renewSession, headers);
    stream.end(grpcFrame(nothing));
    const { grpc, reset } = await ended;
    expect(grpc ?? (reset === undefined ? 'nothing' : 'reset')).toBe(outcome);
    await expectAlive(edge);
  });

  it.each([
    ['another content type', renewSession, { 'content-type': 'application/json' }, { http: 415 }],
    ['no such method', '/creance.v1.SessionService/Steal', {}, { grpc: '12' }],
    ['no such service', '/creance.v2.SessionService/IssueToken', {}, { grpc: '12' }],
    ['a path with a prefix', `/x${renewSession}`, {}, { grpc: '12' }],
    ['a path of 8 KB', `/${'a'.repeat(8_192)}`, {}, { grpc: '12' }],
    ['a path that is not ASCII', '/creance\u00e9', {}, { grpc: '12' }],
    ['a method by its prototype', '/__proto__', {}, { grpc: '12' }],
    // grpc-js answers this by itself, with the caller's own header.
    ['a timeout that is none', renewSession, { 'grpc-timeout': 'soon' }, { grpc: '13' }],
    ['a timeout of a day', renewSession, { 'grpc-timeout': '86400S' }, { grpc: '3' }],
    ['a timeout of nothing', renewSession, { 'grpc-timeout': '0n' }, { grpc: '4' }],
    ['a name of Object.prototype', renewSession, { constructor: 'x' }, { grpc: '16' }],
  ])('of a call with %s', async (_name, path, headers, outcome) => {
    const edge = await start();
    const { stream, ended } = attacker(edge).open(path, headers);
    stream.end(grpcFrame(nothing));
    expect(await ended).toMatchObject(outcome);
    await expectAlive(edge);
  });
});

describe('a fault of a verb', () => {
  it('is told to nobody: the canary stays inside', async () => {
    const canary = 'canary-e4b1';
    const fault = Object.assign(new Error(canary), { code: 5, details: canary });
    const edge = await start({
      commands: (commands) => ({ ...commands, issueToken: () => Promise.reject(fault) }),
    });
    const agent = await edge.session({ kind: 'workload', name: 'triage' });
    const entries: Entries = [
      ['dpop', edge.proof(issueToken, issueRequest, agent.key)],
      ['creance-session', agent.id],
    ];
    const { reason, error } = await edge.wire().send(issueToken, issueRequest, entries);
    expect(reason).toBe('internal');
    const entriesBack = Object.values(error?.metadata.toJSON() ?? {}).flat();
    const wired = [error?.details, error?.message, ...entriesBack];
    expect(wired.map((part) => part?.toString('latin1')).join()).not.toContain(canary);
    expect(edge.log.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('the log', () => {
  it('of a refusal holds no proof, join token or assertion', async () => {
    const edge = await start();
    const agent = await edge.session({ kind: 'workload', name: 'triage' });
    const proof = edge.proof(issueToken, issueRequest, agent.key, { htm: 'GET' });
    const entries: Entries = [
      ['dpop', proof],
      ['creance-session', agent.id],
    ];
    await edge.wire().send(issueToken, issueRequest, entries);
    const [joinToken, assertion] = ['canary-join-token-aaaaaaaaaaaa', 'canary.assertion.x'];
    const request = OpenSessionRequest.encode({
      evidence: { kind: { $case: 'joinToken', value: { joinToken, assertion } } },
      ...asRoot,
    }).finish();
    const opening = edge.proof(openSession, request, new TestKey());
    await edge.wire().send(openSession, request, [['dpop', opening]]);
    const logged = JSON.stringify(edge.log);
    expect(edge.log).toHaveLength(2);
    for (const secret of [proof, proof.split('.')[2], opening, joinToken, assertion]) {
      expect(logged).not.toContain(secret);
    }
  });
});
