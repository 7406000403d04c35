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
