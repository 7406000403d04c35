import { describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { someProofs } from '../doubles/proofs.js';
import { lostReply, refusalReply } from '../doubles/replies.js';
import { errorFromReply } from '../errors/refusal.js';
import { IssuedToken } from './token.js';
import { type IssueManner, parseTokenRequest, type TokenRequest } from './token-ask.js';
import { TokenCache } from './token-cache.js';

const lifetimeSeconds = 100;
const crm = parseTokenRequest({ audience: 'https://crm.example', scopes: ['contacts:read'] });
const proofs = someProofs();
const away = () => errorFromReply(lostReply(14));

function setUp(fraction = 0.5) {
  const clock = new FakeClock();
  const entropy = new FakeEntropy(fraction);
  const issued: { audience: string; manner: IssueManner }[] = [];
  const kept: unknown[] = [];
  const script = { fail: undefined as Error | undefined, gate: Promise.resolve() };
  const cache = new TokenCache({
    clock,
    entropy,
    onKept: (_ask, error) => void kept.push(error),
    async issue(ask, manner) {
      issued.push({ audience: ask.audience, manner });
      const sentAtMillis = clock.monotonicMillis();
      await script.gate;
      if (script.fail !== undefined) throw script.fail;
      const text = `token-${issued.length}`;
      const { audience, scopes } = ask;
      const token = new IssuedToken({ text, audience, scopes, expiresSeconds: 1 }, proofs);
      return { token, lifetimeSeconds, sentAtMillis };
    },
  });
  const get = async (ask = crm) => (await cache.get(ask)).reveal();
  return { clock, entropy, issued, kept, script, cache, get };
}

describe('TokenCache', () => {
  // breaks when: `#fly` does not give out the flight that is under way
  it('makes one call for all who ask at once', async () => {
    const { get, issued } = setUp();
    const texts = await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(new Set(texts)).toEqual(new Set(['token-1']));
    expect(issued).toHaveLength(1);
  });

  it('takes scopes in any order for the same ask, and nothing else', async () => {
    const { get, issued } = setUp();
    const ask = (parts: Partial<TokenRequest>) =>
      parseTokenRequest({ audience: 'https://a.example', scopes: ['b', 'a'], ...parts });
    await get(ask({}));
    await get(ask({ scopes: ['a', 'b'] }));
    expect(issued).toHaveLength(1);
    await get(ask({ audience: 'https://b.example' }));
    await get(ask({ scopes: ['a'] }));
    await get(ask({ lifetimeSeconds: 30 }));
    expect(issued).toHaveLength(4);
  });

  // breaks when: `refreshShare` is another than 0.8
  it('uses a token until a fifth of its life is left', async () => {
    const { get, clock } = setUp();
    expect(await get()).toBe('token-1');
    await clock.advance(79_999);
    expect(await get()).toBe('token-1');
    await clock.advance(1);
    expect(await get()).toBe('token-2');
  });

  it.each([
    [0, 70_000],
    [0.999999, 90_000],
  ])('strays by a tenth of the life at most (%d)', async (fraction, atMillis) => {
    const { get, clock } = setUp(fraction);
    await get();
    await clock.advance(atMillis - 1);
    expect(await get()).toBe('token-1');
    await clock.advance(1);
    expect(await get()).toBe('token-2');
  });

  it('counts the life from when the request was sent, on the monotonic clock', async () => {
    const { get, clock, script } = setUp();
    let open = (): void => {};
    script.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = get();
    await clock.advance(4_000);
    open();
    await first;
    clock.stepWall(-3_600_000);
    await clock.advance(75_999);
    expect(await get()).toBe('token-1');
    clock.stepWall(7_200_000);
    expect(await get()).toBe('token-1');
    await clock.advance(1);
    expect(await get()).toBe('token-2');
  });

  it('uses the old token to its end while the broker is away, and not a moment longer', async () => {
    const { get, clock, script, kept } = setUp();
    await get();
    script.fail = away();
    await clock.advance(80_000);
    expect(await get()).toBe('token-1');
    expect(kept).toEqual([script.fail]);
    await clock.advance(19_999);
    expect(await get()).toBe('token-1');
    await clock.advance(1);
    await expect(get()).rejects.toBe(script.fail);
  });

  it('tries briefly while the old token works, and patiently when there is none', async () => {
    const { get, clock, issued, script } = setUp();
    await get();
    script.fail = away();
    await clock.advance(80_000);
    await get();
    await clock.advance(20_000);
    await get().catch(() => {});
    expect(issued.map(({ manner }) => manner)).toEqual(['patient', 'brief', 'patient']);
  });

  // breaks when: `#hold` sets no pause, or one without jitter
  it('pauses between refreshes that fail, with jitter', async () => {
    const { get, clock, issued, script, entropy } = setUp();
    await get();
    script.fail = away();
    await clock.advance(80_000);
    entropy.nextFraction = 0;
    await get();
    expect(issued).toHaveLength(2);
    await clock.advance(999);
    await get();
    expect(issued).toHaveLength(2);
    await clock.advance(1);
    await get();
    expect(issued).toHaveLength(3);
  });

  it('gives all who wait for a failed refresh the old token, by one call', async () => {
    const { get, clock, issued, script } = setUp();
    await get();
    script.fail = away();
    await clock.advance(80_000);
    const texts = await Promise.all(Array.from({ length: 50 }, () => get()));
    expect(new Set(texts)).toEqual(new Set(['token-1']));
    expect(issued).toHaveLength(2);
  });

  // breaks when: `#replace` falls back on every error
  it('drops a token that the broker would not give again', async () => {
    const { get, clock, script } = setUp();
    await get();
    script.fail = errorFromReply(refusalReply('scope_not_granted'));
    await clock.advance(80_000);
    await expect(get()).rejects.toBe(script.fail);
    await expect(get()).rejects.toBe(script.fail);
  });

  it('asks patiently when the old token ends during a refresh that fails', async () => {
    const { get, clock, script, issued } = setUp();
    await get();
    await clock.advance(99_000);
    let open = (): void => {};
    script.gate = new Promise((resolve) => {
      open = resolve;
    });
    script.fail = away();
    const waiting = get();
    await clock.advance(2_000);
    const late = get();
    const outcomes = Promise.allSettled([waiting, late]);
    script.gate = Promise.resolve();
    open();
    const refused = { status: 'rejected', reason: script.fail };
    expect(await outcomes).toEqual([refused, refused]);
    expect(issued.map(({ manner }) => manner)).toEqual(['patient', 'brief', 'patient']);
  });

  it('does not keep a failure', async () => {
    const { get, script } = setUp();
    script.fail = away();
    await expect(get()).rejects.toBe(script.fail);
    script.fail = undefined;
    expect(await get()).toBe('token-2');
  });

  it('replaces a refused token once, whoever brings it', async () => {
    const { cache, issued } = setUp();
    const refused = await cache.get(crm);
    const renewed = await Promise.all([cache.renew(crm, refused), cache.renew(crm, refused)]);
    expect(renewed.map((token) => token.reveal())).toEqual(['token-2', 'token-2']);
    await cache.renew(crm, refused);
    expect(issued).toHaveLength(2);
  });

  // breaks when: `#entry` forgets nothing, or the wrong one
  it('keeps 256 tokens and forgets the one unused for longest', async () => {
    const { get, issued } = setUp();
    const ask = (i: number) =>
      parseTokenRequest({ audience: `https://${i}.example`, scopes: ['a'] });
    for (let i = 0; i < 256; i += 1) await get(ask(i));
    await get(ask(0));
    await get(ask(256));
    expect(issued).toHaveLength(257);
    await get(ask(0));
    expect(issued).toHaveLength(257);
    await get(ask(1));
    expect(issued).toHaveLength(258);
  });
});
