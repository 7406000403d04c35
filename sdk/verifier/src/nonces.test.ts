import { describe, expect, it } from 'vitest';
import { choosePrimitives } from './choose-primitives.js';
import { Nonces } from './nonces.js';
import { systemEntropy } from './runtime/entropy.js';
import { webPrimitives } from './web-primitives.js';

describe.each([
  ['node', choosePrimitives()],
  ['web', webPrimitives()],
])('Nonces by %s primitives', (_name, primitives) => {
  it('accepts a nonce for 60 to 120 s', async () => {
    const nonces = new Nonces(primitives, systemEntropy);
    const nonce = await nonces.current(119_999);
    expect(await nonces.isFresh(nonce, 119_999)).toBe(true);
    expect(await nonces.isFresh(nonce, 179_999)).toBe(true);
    expect(await nonces.isFresh(nonce, 180_000)).toBe(false);
    expect(await nonces.isFresh(nonce, 59_999)).toBe(false);
  });

  it('knows no nonce of another process', async () => {
    const nonce = await new Nonces(primitives, systemEntropy).current(0);
    expect(await new Nonces(primitives, systemEntropy).isFresh(nonce, 0)).toBe(false);
  });
});

// breaks when: each use is an HMAC, or what was handed out is kept for ever
it('makes each nonce once while it is good, and keeps none that no longer is', async () => {
  const primitives = choosePrimitives();
  let made = 0;
  const counting: typeof primitives = {
    ...primitives,
    hmac: (secret, text) => {
      made += 1;
      return primitives.hmac(secret, text);
    },
  };
  const nonces = new Nonces(counting, systemEntropy);
  for (const now of [0, 30_000, 59_999]) await nonces.current(now);
  expect(made).toBe(1);
  await nonces.isFresh(await nonces.current(60_000), 60_000);
  await nonces.isFresh('another', 61_000);
  expect(made).toBe(2);
  await nonces.current(180_000);
  await nonces.current(0);
  expect(made).toBe(4);
});
