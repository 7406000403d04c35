import type { Reason } from '@creance/proto';
import { RenewSessionResponse } from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from '../doubles/stage.js';
import { SessionEndedError, SessionRevokedError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
const ends: readonly (readonly [Reason, typeof SessionEndedError])[] = [
  ['session_revoked', SessionRevokedError],
  ['ancestor_ended', SessionRevokedError],
  ['session_ended', SessionEndedError],
  ['session_expired', SessionEndedError],
  ['session_unknown', SessionEndedError],
];

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage();
  session = await stage.open();
});

describe('token', () => {
  // breaks when: the session asks the broker past its cache
  it('makes one call for a hundred who ask at once', async () => {
    const release = stage.transport.hold();
    const asked = Array.from({ length: 100 }, () => session.token(crm));
    release();
    const texts = new Set((await Promise.all(asked)).map((token) => token.reveal()));
    expect(texts.size).toBe(1);
    expect(stage.broker.seen('IssueToken')).toHaveLength(1);
  });

  it('numbers parallel proofs without gap or repetition', async () => {
    const release = stage.transport.hold();
    const asked = Array.from({ length: 40 }, (_, i) =>
      session.token({ ...crm, scopes: [`s${i}`] }),
    );
    const signed = Array.from({ length: 40 }, () =>
      session.headers({ url: 'https://crm.example/a', ...crm }),
    );
    release();
    await Promise.all([...asked, ...signed]);
    const broker = stage.broker.counters;
    const resources = (await Promise.all(signed)).map(({ dpop }) => counterOf(dpop));
    const all = [...broker, ...resources].sort((a, b) => Number(a) - Number(b));
    expect(all).toEqual(all.map((_, i) => i + 1));
  });

  it('uses the last token to its end while the broker is away', async () => {
    const first = await session.token(crm);
    stage.transport.away = true;
    await stage.clock.advance(59_000);
    expect(await session.token(crm)).toBe(first);
    expect(stage.events.map(({ type }) => type)).toContain('token_kept');
    await stage.clock.advance(1_000);
    const asked = session.token(crm);
    const outcome = expect(asked).rejects.toMatchObject({
      name: 'BrokerUnavailableError',
      code: 'CREANCE_BROKER_UNAVAILABLE',
      networkCode: 'ECONNREFUSED',
      retryable: true,
    });
    await stage.clock.advance(5_000);
    await outcome;
    expect(session.signal.aborted).toBe(false);
  });

  it('gets a token when the broker comes back within the call', async () => {
    stage.transport.away = true;
    const asked = session.token(crm);
    await stage.clock.advance(500);
    stage.transport.away = false;
    await stage.clock.advance(2_000);
    expect((await asked).scopes).toEqual(['contacts:read']);
  });

  it('names the missing scope', async () => {
    const metadata = { missing_scope: 'contacts:export' };
    stage.broker.refuseNext('IssueToken', 'scope_not_granted', { metadata });
    await expect(session.token(crm)).rejects.toMatchObject({
      name: 'NotGrantedError',
      missingScope: 'contacts:export',
    });
    expect(session.signal.aborted).toBe(false);
  });
});

describe('signal', () => {
  it.each(ends)('aborts with the typed error when the broker says %s', async (reason, kind) => {
    stage.broker.over = reason;
    const error: unknown = await session.token(crm).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(session.signal.reason).toBe(error);
    expect(session.signal.reason).toMatchObject({ reason, retryable: false });
  });

  // breaks when: `#watch` waits for anything before it aborts
  it('aborts in the tick in which the refusal arrives', async () => {
    const release = stage.transport.hold();
    void session.token(crm).catch(() => {});
    stage.broker.over = 'session_revoked';
    await new Promise((resolve) => setImmediate(resolve));
    release();
    let ticks = 0;
    setImmediate(() => {
      ticks += 1;
    });
    await new Promise((resolve) => session.signal.addEventListener('abort', resolve));
    expect(ticks).toBe(0);
  });

  it('ends every call that waits, not only the one that was refused', async () => {
    const release = stage.transport.hold();
    const asked = [1, 2, 3].map((i) => session.token({ ...crm, scopes: [`s${i}`] }));
    const closed = session.close();
    const outcomes = await Promise.allSettled(asked);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'CREANCE_SESSION_ENDED' } });
    release();
    await closed;
  });

  // breaks when: `token` does not look at the signal first
  it('makes no further call once the session is over', async () => {
    stage.broker.over = 'session_revoked';
    await session.token(crm).catch(() => {});
    const before = stage.transport.tried;
    for (let i = 0; i < 10; i += 1)
      await expect(session.token(crm)).rejects.toBe(session.signal.reason);
    await expect(session.fetch('https://crm.example/', crm)).rejects.toBe(session.signal.reason);
    await expect(session.headers({ url: 'https://crm.example/', ...crm })).rejects.toBe(
      session.signal.reason,
    );
    await expect(
      session.call('/creance.v1.OperatorService/Cut', new Uint8Array(), { digest: true }),
    ).rejects.toBe(session.signal.reason);
    await session.close();
    await stage.clock.advance(3_600_000);
    expect(stage.transport.tried).toBe(before);
  });

  it('gives no token from memory once the session is over', async () => {
    await session.token(crm);
    stage.broker.over = 'session_revoked';
    await session.token({ ...crm, scopes: ['other'] }).catch(() => {});
    await expect(session.token(crm)).rejects.toBe(session.signal.reason);
  });

  it('learns of a cut by the renewal when nothing else is called', async () => {
    stage.broker.over = 'session_revoked';
    await stage.clock.advance(200_000);
    expect(session.signal.reason).toBeInstanceOf(SessionRevokedError);
  });

  it('stays quiet when the broker is only away', async () => {
    stage.transport.away = true;
    await stage.clock.advance(400_000);
    expect(session.signal.aborted).toBe(false);
    expect(stage.events.map(({ type }) => type)).toContain('renewal_failed');
  });
});

describe('renewal', () => {
  it('takes over the absolute end that the broker names', async () => {
    const absoluteEndUnixSeconds = 1_900_000_000n;
    const renewed = RenewSessionResponse.encode({ idleSeconds: 600, absoluteEndUnixSeconds });
    const response = renewed.finish();
    stage.broker.replyNext('RenewSession', { ok: true, response, nonce: undefined });
    await stage.clock.advance(200_000);
    expect(session.absoluteEndAt.getTime()).toBe(1_900_000_000_000);
  });

  it('is not upset by a reply without sense', async () => {
    const response = Uint8Array.of(0xff);
    stage.broker.replyNext('RenewSession', { ok: true, response, nonce: undefined });
    await stage.clock.advance(200_000);
    expect(stage.events.at(-1)).toMatchObject({
      type: 'renewal_failed',
      code: 'CREANCE_REPLY_MALFORMED',
    });
    await stage.clock.advance(100_000);
    expect(stage.broker.seen('RenewSession').length).toBeGreaterThan(1);
  });
});

function counterOf(proof: string): number {
  const payload = Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as { ctr: number }).ctr;
}
