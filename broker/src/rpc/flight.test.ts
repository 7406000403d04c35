import { describe, expect, it } from 'vitest';
import { Flight } from './flight.js';

describe('Flight', () => {
  it('is empty when nothing runs', async () => {
    expect(await new Flight().whenEmpty(0)).toBe(true);
  });

  it('waits for what runs, failures included', async () => {
    const flight = new Flight();
    const one = Promise.withResolvers<void>();
    const other = Promise.withResolvers<void>();
    const runs = [flight.during(() => one.promise), flight.during(() => other.promise)];
    let empty: boolean | undefined;
    const waited = flight.whenEmpty(60_000).then((value) => {
      empty = value;
    });
    one.resolve();
    await runs[0];
    expect(empty).toBeUndefined();
    other.reject(new Error('fault'));
    await expect(runs[1]).rejects.toThrow();
    await waited;
    expect(empty).toBe(true);
  });

  it('gives up at its bound', async () => {
    const flight = new Flight();
    const endless = Promise.withResolvers<void>();
    const run = flight.during(() => endless.promise);
    expect(await flight.whenEmpty(1)).toBe(false);
    endless.resolve();
    await run;
  });
});
