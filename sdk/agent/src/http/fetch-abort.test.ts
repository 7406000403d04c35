import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Resource, startResource } from '../doubles/resource.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let session: InternalSession;
let resource: Resource;
beforeEach(async () => {
  stage = setStage();
  session = await stage.open();
  resource = await startResource();
});
afterEach(async () => {
  expect(resource.faults).toEqual([]);
  await resource.close();
});

describe('session.fetch', () => {
  describe('when the session ends', () => {
    it('ends a request that waits for its reply', async () => {
      const arrived = new Promise<void>((resolve) => {
        resource.answer = () => {
          resolve();
          return new Promise<Answer>(() => {});
        };
      });
      const sent = session.fetch(resource.origin, crm);
      await arrived;
      stage.broker.over = 'session_revoked';
      await session.token({ ...crm, scopes: ['other'] }).catch(() => {});
      await expect(sent).rejects.toBe(session.signal.reason);
    });

    it('ends a reply that is being read', async () => {
      resource.answer = () => ({ status: 200, body: 'begin', hang: true });
      const response = await session.fetch(resource.origin, crm);
      const reading = response.text();
      await session.close();
      await expect(reading).rejects.toBe(session.signal.reason);
    });
  });

  it('ends by the signal of the caller, with its reason', async () => {
    const end = new AbortController();
    const reason = new Error('the caller has had enough');
    resource.answer = () => {
      end.abort(reason);
      return new Promise<Answer>(() => {});
    };
    await expect(session.fetch(resource.origin, { ...crm, signal: end.signal })).rejects.toBe(
      reason,
    );
    expect(session.signal.aborted).toBe(false);
    await expect(session.fetch(resource.origin, { ...crm, signal: end.signal })).rejects.toBe(
      reason,
    );
    expect(resource.seen).toHaveLength(1);
  });

  it('does not wait for a token once the caller has had enough', async () => {
    const release = stage.transport.hold();
    const end = new AbortController();
    const sent = session.fetch(resource.origin, { ...crm, signal: end.signal });
    end.abort();
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    release();
  });
});
