import { describe, expect, it } from 'vitest';
import { setStage } from './doubles/stage.js';
import type { CreanceEvent } from './events.js';
import { quietListener } from './events.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

describe('events', () => {
  it('tell the life of a session in order', async () => {
    const { events, open } = setStage();
    const session = await open();
    await session.token(crm);
    await session.close();
    const sessionId = session.id;
    expect(events).toEqual([
      { type: 'key_in_memory', issuer: 'https://creance.example.internal' },
      { type: 'session_opened', sessionId, name: 'support-triage' },
      { type: 'token_issued', sessionId, ...crm, lifetimeSeconds: 60 },
      { type: 'session_ended', sessionId, code: 'CREANCE_SESSION_ENDED' },
    ]);
  });

  it('tell of every retry with its reason', async () => {
    const { events, broker, clock, open } = setStage();
    const session = await open();
    broker.refuseNext('IssueToken', 'store_busy');
    const asked = session.token(crm);
    await clock.advance(1_000);
    await asked;
    expect(events).toContainEqual({
      type: 'call_retried',
      method: '/creance.v1.SessionService/IssueToken',
      attempt: 1,
      waitMillis: 100,
      code: 'CREANCE_STORE_BUSY',
    });
  });
});

describe('quietListener', () => {
  it('lets a listener that fails do no harm', () => {
    const heard: CreanceEvent[] = [];
    const listener = quietListener((event) => {
      heard.push(event);
      throw new Error('the listener has a fault');
    });
    const event = { type: 'key_in_memory', issuer: 'https://a.example' } as const;
    expect(() => listener(event)).not.toThrow();
    expect(heard).toEqual([event]);
    expect(() => quietListener(undefined)(event)).not.toThrow();
  });
});
