import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, good, type Resource, startResource } from '../doubles/resource.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let session: InternalSession;
let resource: Resource;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
  resource = await startResource();
});
afterEach(() => resource.close());

const asked = () => stage.broker.streamed('renewSession');
const broken: Answer = { status: 200, breaks: true };
const halfRead: Answer = { status: 200, body: 'begin', breaks: true };

/** Answers so once the token is there, and lets something happen before. */
const answerAfter = (answer: Answer, act: () => void): void => {
  resource.answer = () => {
    act();
    return answer;
  };
};
const read = async () => (await session.fetch(resource.origin, crm)).text();

describe.each([
  ['before its reply', broken],
  ['while its reply was read', halfRead],
])('a call that the resource broke %s', (_when, answer) => {
  // breaks when: the fault of the network is thrown as it is
  it('fails by the end of its session, when the resource has heard of the cut first', async () => {
    answerAfter(answer, () => {
      stage.broker.over = 'session_revoked';
    });
    const fault = await read().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'CREANCE_SESSION_REVOKED' });
    expect(fault).toBe(session.signal.reason);
  });

  it('fails by the hold, when that is why, and the session lives', async () => {
    answerAfter(answer, () => {
      stage.broker.isHeld = true;
    });
    await expect(read()).rejects.toMatchObject({
      code: 'CREANCE_SESSION_SUSPENDED',
      retryable: true,
    });
    expect(session.signal.aborted).toBe(false);
  });

  it('fails by its own fault while the session lives', async () => {
    resource.answer = () => answer;
    await expect(read()).rejects.toThrow(TypeError);
    expect(asked()).toBe(1);
    expect(session.signal.aborted).toBe(false);
  });

  it('fails by its own fault when the broker is away', async () => {
    answerAfter(answer, () => {
      stage.transport.away = true;
      stage.transport.breakStreams();
    });
    await expect(read()).rejects.toThrow(TypeError);
  });

  it('fails by the caller’s reason when the caller does not wait for the broker', async () => {
    const end = new AbortController();
    const reason = new Error('the caller has had enough');
    answerAfter(answer, () => {
      for (const stream of stage.broker.streams) stream.reply = () => void end.abort(reason);
    });
    const sent = session.fetch(resource.origin, { ...crm, signal: end.signal });
    await expect(sent.then((reply) => reply.text())).rejects.toBe(reason);
  });
});

describe('many calls that broke', () => {
  // breaks when: each of them asks the broker
  it('share one question', async () => {
    let [count, release] = [0, (): void => {}];
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    resource.answer = async () => {
      count += 1;
      if (count === 20) release();
      await all;
      return broken;
    };
    const sent = Array.from({ length: 20 }, () => read().catch((error: unknown) => error));
    const ticking = setInterval(() => void stage.clock.advance(50), 5);
    const faults = await Promise.all(sent);
    clearInterval(ticking);
    expect(faults.every((fault) => fault instanceof TypeError)).toBe(true);
    expect(asked()).toBeLessThanOrEqual(3);
  });

  it('do not ask when nobody was there to take the token', async () => {
    await session.token(crm);
    const nobody = await startResource();
    await nobody.close();
    await expect(session.fetch(nobody.origin, crm)).rejects.toThrow(TypeError);
    expect(asked()).toBe(0);
  });
});

describe('a reply', () => {
  it('is otherwise as fetch gives it, and its clone too', async () => {
    resource.answer = () => ({ status: 418, headers: { 'x-a': '1' }, body: 'text' });
    const url = `${resource.origin}/tea`;
    const reply = await session.fetch(url, crm);
    const clone = reply.clone();
    for (const one of [reply, clone]) {
      expect(one).toBeInstanceOf(Response);
      expect([one.status, one.url, one.redirected, one.type]).toEqual([418, url, false, 'basic']);
      expect(one.headers.get('x-a')).toBe('1');
      expect(await one.text()).toBe('text');
    }
    expect(asked()).toBe(0);
  });

  it('can be read into the reader’s own buffer, to its end', async () => {
    const reply = await session.fetch(resource.origin, crm);
    const reader = reply.body?.getReader({ mode: 'byob' });
    const first = await reader?.read(new Uint8Array(8));
    expect(Buffer.from(first?.value ?? []).toString()).toBe('ok');
    expect((await reader?.read(new Uint8Array(8)))?.done).toBe(true);
  });

  it('without a body has none', async () => {
    resource.answer = () => ({ status: 204 });
    const reply = await session.fetch(resource.origin, crm);
    expect([reply.status, reply.body]).toEqual([204, null]);
  });

  it('that is given up gives its connection up', async () => {
    resource.answer = () => ({ status: 200, body: 'begin', hang: true });
    const reply = await session.fetch(resource.origin, crm);
    await reply.body?.cancel();
    resource.answer = () => good;
    expect(await read()).toBe('ok');
  });
});
