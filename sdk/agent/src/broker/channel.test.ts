import { describe, expect, it } from 'vitest';
import { refusalReply } from '../doubles/replies.js';
import { setStage } from '../doubles/stage.js';

const listPath = '/creance.v1.OperatorService/ListSessions';
const bytes = Uint8Array.of(8, 1);

describe('BrokerChannel', () => {
  it('answers the demand for a nonce once, with a new proof', async () => {
    const { broker, open } = setStage();
    broker.nonce = 'nonce-1';
    const session = await open();
    const [first, second] = broker.seen('OpenSession');
    expect(first?.parsed.nonce).toBeUndefined();
    expect(second?.parsed.nonce).toBe('nonce-1');
    expect([first?.parsed.counter, second?.parsed.counter]).toEqual([1, 2]);
    await session.call(listPath, bytes, { digest: true });
    expect(broker.seen('ListSessions')).toHaveLength(1);
  });

  // breaks when: the nonce of a good reply is not remembered
  it('takes the newest nonce from good replies too', async () => {
    const { broker, transport, open } = setStage();
    broker.nonce = 'nonce-1';
    const session = await open();
    broker.nonce = 'nonce-2';
    const good = { ok: true, response: bytes, nonce: 'nonce-2' } as const;
    broker.replyNext('ListSessions', good);
    await session.call(listPath, bytes, { digest: true });
    const before = transport.tried;
    await session.call(listPath, bytes, { digest: true });
    expect(transport.tried).toBe(before + 1);
  });

  // breaks when: the demand is answered in a loop
  it('does not play ping-pong with a broker that demands a nonce for ever', async () => {
    const { broker, clock, open } = setStage();
    const session = await open();
    for (let i = 0; i < 10; i += 1)
      broker.refuseNext('IssueToken', 'nonce_required', { nonce: `nonce-${i}` });
    const asked = session.token({ audience: 'https://crm.example', scopes: ['a'] });
    const outcome = expect(asked).rejects.toMatchObject({ code: 'CREANCE_NONCE_REQUIRED' });
    await clock.advance(10_000);
    await outcome;
    expect(broker.seen('IssueToken')).toHaveLength(2);
  });

  it('gives a demand without a nonce to the caller', async () => {
    const { broker, open } = setStage();
    const session = await open();
    broker.replyNext('IssueToken', refusalReply('nonce_required'));
    const asked = session.token({ audience: 'https://crm.example', scopes: ['a'] });
    await expect(asked).rejects.toMatchObject({ code: 'CREANCE_NONCE_REQUIRED' });
    expect(broker.seen('IssueToken')).toHaveLength(1);
  });

  it('covers the request bytes where the call says so, and names the session', async () => {
    const { broker, open } = setStage();
    const session = await open();
    await session.call('/creance.v1.OperatorService/Cut', bytes, { digest: true });
    const [cut] = broker.seen('Cut');
    expect(cut?.parsed.contentDigest).toMatch(/^sha-256=:.{44}:$/);
    expect(cut?.sessionId).toBe(session.id);
    await session.call(listPath, bytes, { digest: false });
    expect(broker.seen('ListSessions')[0]?.parsed.contentDigest).toBeUndefined();
    expect(broker.seen('OpenSession')[0]?.sessionId).toBeUndefined();
  });

  it('never sends a call twice that may have happened', async () => {
    const { broker, clock, open, transport } = setStage();
    const session = await open();
    transport.away = true;
    const before = transport.tried;
    const called = session.call('/creance.v1.OperatorService/Cut', bytes, { digest: true });
    const outcome = expect(called).rejects.toMatchObject({ code: 'CREANCE_BROKER_UNAVAILABLE' });
    await clock.advance(10_000);
    await outcome;
    expect(transport.tried).toBe(before + 1);
    expect(broker.seen('Cut')).toHaveLength(0);
  });

  it.each([
    '',
    'Cut',
    '/Cut',
    '//Cut',
    '/a.B/c/d',
    '/a.B/c?d',
    'https://a.example/a.B/c',
    '/a.B/c\n',
  ])('refuses %j as a method', async (path) => {
    const { open } = setStage();
    const session = await open();
    await expect(session.call(path, bytes, { digest: true })).rejects.toMatchObject({
      code: 'CREANCE_METHOD_MALFORMED',
    });
  });
});
