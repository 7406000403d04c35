import { ok, refuse } from '@creance/proto';
import { ActionOutcome, ErrorInfo } from '@creance/proto/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { DoubleEdges } from './double-edge.js';
import { DoubleStream, issuedToken, openedStream, reasonOf, streamPath } from './double-stream.js';

const { start, stop } = new DoubleEdges();
afterEach(stop);

describe('Stream', () => {
  it('says first how it is kept, and answers each message by its id', async () => {
    const calls: unknown[] = [];
    const double = await start({
      commands: {
        async issueToken(ask, { caller, requestId, address }) {
          calls.push([ask.scopes, caller.kind, requestId.split('.')[1], address]);
          return ok(issuedToken);
        },
      },
    });
    const stream = new DoubleStream(double.client);
    const greeting = { challengeSeconds: 60, answerSeconds: 10 };
    expect(await stream.nextOf('opened')).toEqual(greeting);
    stream.token(3);
    expect(await stream.next()).toMatchObject({
      id: 3n,
      kind: { $case: 'issueToken', value: { token: 'token', tokenType: 'DPoP' } },
    });
    stream.renew(7);
    expect(await stream.next()).toMatchObject({ id: 7n, kind: { $case: 'renewSession' } });
    expect(calls).toEqual([[['contacts:read'], 'session', '3', '127.0.0.1']]);
    stream.call.end();
    expect((await stream.ended).reason).toBe('ok');
    expect(double.outcomes).toEqual(['ok', 'ok', 'ok']);
  });

  it('takes reports and acknowledges them', async () => {
    const stream = await openedStream(await start());
    const observation = {
      actionId: Buffer.alloc(16),
      sessionId: Buffer.alloc(0),
      tokenHash: Buffer.alloc(0),
      audience: 'https://crm.example.internal',
      action: 'GET /',
      outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
      refusal: '',
      ageMillis: 0,
      vantage: undefined,
      proof: undefined,
      foreignProof: undefined,
      destinations: [],
      origin: undefined,
      span: undefined,
    };
    const value = { observations: [observation], proofs: [], dropped: 0 };
    stream.send(1, { $case: 'reportActions', value });
    expect(await stream.nextOf('reportActions')).toMatchObject({ taken: 1 });
    stream.call.cancel();
  });

  it('answers in the order in which answers come, not in that of the requests', async () => {
    const first = Promise.withResolvers<void>();
    const double = await start({
      commands: {
        async issueToken({ scopes: [scope] }) {
          if (scope === 'slow') await first.promise;
          return ok(issuedToken);
        },
      },
    });
    const stream = await openedStream(double);
    stream.token(1, ['slow']);
    stream.token(2, ['quick']);
    expect((await stream.next()).id).toBe(2n);
    first.resolve();
    expect((await stream.next()).id).toBe(1n);
    stream.call.cancel();
  });

  it('refuses as the call of the same name does, with its details, and goes on', async () => {
    const double = await start({
      commands: {
        issueToken: async () =>
          refuse({
            reason: 'scope_not_granted',
            missingScope: 'contacts:export' as never,
            detail: { rule: 'secret' },
          }),
      },
    });
    const stream = await openedStream(double);
    stream.token(1);
    const status = await stream.nextOf('refusal');
    expect(reasonOf(status)).toBe('scope_not_granted');
    const { metadata } = ErrorInfo.decode(status.details[0]?.value as Buffer);
    expect(metadata).toMatchObject({ missing_scope: 'contacts:export' });
    expect(metadata['request_id']).toMatch(/^[\w-]{22}\.1$/);
    expect(JSON.stringify(status)).not.toContain('secret');
    stream.token(2, []);
    expect(reasonOf(await stream.nextOf('refusal'))).toBe('scope_malformed');
    expect(double.log).toMatchObject([
      { fields: { requestId: metadata['request_id'], method: `${streamPath}/issueToken` } },
      { fields: { reason: 'scope_malformed' } },
    ]);
    stream.call.cancel();
  });

  it('tells nobody what was thrown, and goes on', async () => {
    const double = await start({
      commands: { issueToken: () => Promise.reject(new Error('canary-77')) },
    });
    const stream = await openedStream(double);
    stream.token(1);
    const status = await stream.nextOf('refusal');
    expect([status.code, reasonOf(status)]).toEqual([13, 'internal']);
    expect(Buffer.concat(status.details.map(({ value }) => value)).toString()).not.toContain('77');
    stream.renew(2);
    await stream.nextOf('renewSession');
    expect(double.log).toMatchObject([{ level: 'error', fields: { fault: 'canary-77' } }]);
    stream.call.cancel();
  });

  it('answers what was asked before the session closed its side', async () => {
    const release = Promise.withResolvers<void>();
    const double = await start({
      commands: {
        async issueToken() {
          await release.promise;
          return ok(issuedToken);
        },
      },
    });
    const stream = await openedStream(double);
    stream.token(1);
    stream.call.end();
    stream.call.once('end', () => {});
    setImmediate(() => release.resolve());
    expect((await stream.next()).id).toBe(1n);
    expect((await stream.ended).reason).toBe('ok');
  });

  it.each([
    ['nobody', '', 'session_missing'],
    ['a verifier', 'verifier:crm', 'session_wrong_kind'],
    ['an operator', 'operator:oncall', 'session_wrong_kind'],
  ])('is not opened by %s', async (_name, session, reason) => {
    const { client, sessions } = await start();
    expect((await new DoubleStream(client, session).ended).reason).toBe(reason);
    expect(sessions.isHeard).toBe(true);
  });

  it('is opened with the nonce that a fresh process wants', async () => {
    const { client } = await start({ authenticate: () => refuse({ reason: 'nonce_required' }) });
    const { metadata, reason } = await new DoubleStream(client).ended;
    expect([reason, metadata.get('dpop-nonce')]).toEqual(['nonce_required', ['nonce-1']]);
  });
});
