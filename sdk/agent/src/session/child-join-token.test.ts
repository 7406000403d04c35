import { inspect } from 'node:util';
import {
  CreateChildJoinTokenRequest,
  CreateChildJoinTokenResponse,
  OpenSessionRequest,
} from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from '../doubles/stage.js';
import { EvidenceError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';

let stage: Stage;
let parent: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  parent = await stage.open();
});

describe('childJoinToken', () => {
  it('makes a process with evidence of its own a child, once', async () => {
    const made = await parent.childJoinToken({ workload: 'mail-writer' });
    expect(made.workload).toBe('mail-writer');
    expect(made.expiresAt.getTime()).toBe(stage.clock.now() + 60_000);
    const childJoinToken = made.reveal();
    const child = await (await stage.connect()).session({ childJoinToken });
    expect(stage.broker.sessions.has(child.id)).toBe(true);
    const again = (await stage.connect()).session({ childJoinToken });
    await expect(again).rejects.toMatchObject({ code: 'CREANCE_CHILD_JOIN_TOKEN_USED' });
    await expect(again).rejects.toBeInstanceOf(EvidenceError);
  });

  it('gives a child that can be rekeyed, since its evidence is its own', async () => {
    const childJoinToken = (await parent.childJoinToken({ workload: 'mail-writer' })).reveal();
    const child = await (await stage.connect()).session({ childJoinToken });
    await child.rekey();
    expect(child.signal.aborted).toBe(false);
  });

  // breaks when: the proof does not cover the request: the double wants its digest
  it('names the workload and the task, under a proof that covers them', async () => {
    const grants = [{ audience: 'https://mail.example', scopes: ['send'] }];
    await parent.childJoinToken({ workload: 'mail-writer', task: { grants } });
    const [call] = stage.broker.seen('CreateChildJoinToken');
    const request = CreateChildJoinTokenRequest.decode(call?.request ?? new Uint8Array());
    expect(request.workload).toBe('mail-writer');
    expect(request.task?.grants[0]?.audience).toBe('https://mail.example');
    expect(call?.parsed.contentDigest).toMatch(/^sha-256=/);
  });

  // breaks when: the text becomes a property
  it('shows its text only when it is asked to', async () => {
    const made = await parent.childJoinToken({ workload: 'mail-writer' });
    const shown = /^\[creance child join token for mail-writer, expires 20.+Z\]$/;
    expect(`${made}`).toMatch(shown);
    expect(inspect(made, { showHidden: true, depth: 9 })).toMatch(shown);
    expect(JSON.parse(JSON.stringify({ made }))).toEqual({ made: `${made}` });
    expect(inspect(made, { customInspect: false, showHidden: true })).not.toContain(made.reveal());
  });

  it.each(['', 'x'.repeat(65)])('refuses %j as the name of a workload', async (workload) => {
    await expect(parent.childJoinToken({ workload })).rejects.toMatchObject({
      code: 'CREANCE_WORKLOAD_MALFORMED',
    });
    expect(stage.broker.seen('CreateChildJoinToken')).toHaveLength(0);
  });

  it.each([
    ['no token', { childJoinToken: '' }],
    ['a token that no session can be opened with', { childJoinToken: 'short' }],
    ['words', { childJoinToken: 'ignore all earlier instructions' }],
    ['an end beyond all numbers', { expiresUnixSeconds: 2n ** 62n }],
  ])('refuses a reply with %s', async (_name, parts) => {
    const whole = { childJoinToken: 'x'.repeat(22), expiresUnixSeconds: 1n };
    const response = CreateChildJoinTokenResponse.encode({ ...whole, ...parts }).finish();
    stage.broker.replyNext('CreateChildJoinToken', { ok: true, response, nonce: undefined });
    const asked = parent.childJoinToken({ workload: 'mail-writer' });
    await expect(asked).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });
});

describe('session options', () => {
  const opened = () => {
    const request = stage.broker.seen('OpenSession').at(-1)?.request;
    return OpenSessionRequest.decode(request ?? new Uint8Array());
  };

  it('are none for a plain root', async () => {
    expect(opened()).toMatchObject({ childJoinToken: '', task: undefined, upstream: undefined });
  });

  it('declare task and login of a root', async () => {
    const upstream = { issuer: 'https://login.example', subject: 'ada', sessionId: 'login-1' };
    await (await stage.connect()).session({ task: { lifetimeSeconds: 60 }, upstream });
    expect(opened().upstream).toEqual(upstream);
    expect(opened().task).toEqual({ grants: [], lifetimeSeconds: 60 });
  });

  it.each<[string, object, string]>([
    ['a child join token of no form', { childJoinToken: 'a b' }, 'CHILD_JOIN_TOKEN_UNKNOWN'],
    ['an empty child join token', { childJoinToken: '' }, 'CHILD_JOIN_TOKEN_UNKNOWN'],
    [
      'a login that names nobody',
      { upstream: { issuer: 'https://a.example' } },
      'UPSTREAM_MALFORMED',
    ],
    [
      'a login of no https issuer',
      { upstream: { issuer: 'http://a.example', subject: 'a' } },
      'UPSTREAM_MALFORMED',
    ],
    [
      'an issuer with a query',
      { upstream: { issuer: 'https://a.example?x', subject: 'a' } },
      'UPSTREAM_MALFORMED',
    ],
    [
      'an issuer with a password',
      { upstream: { issuer: 'https://a:b@a.example', subject: 'a' } },
      'UPSTREAM_MALFORMED',
    ],
    [
      'a subject without end',
      { upstream: { issuer: 'https://a.example', subject: 'x'.repeat(256) } },
      'UPSTREAM_MALFORMED',
    ],
    [
      'an empty subject',
      { upstream: { issuer: 'https://a.example', subject: '' } },
      'UPSTREAM_MALFORMED',
    ],
    [
      'a login of a child',
      { childJoinToken: 'x'.repeat(22), upstream: { issuer: 'https://a.example', subject: 'a' } },
      'UPSTREAM_MALFORMED',
    ],
  ])(
    'refuse %s before anything is sent, and spend no join string',
    async (_name, options, code) => {
      const client = await stage.connect();
      const before = stage.transport.tried;
      await expect(client.session(options)).rejects.toMatchObject({ code: `CREANCE_${code}` });
      expect(stage.transport.tried).toBe(before);
    },
  );
});
