import { describe, expect, it } from 'vitest';
import { edgeLimits } from './limits.js';
import { Shares } from './shares.js';

const limits = { loopCallsInFlight: 100, loopCallsPerConnection: 4, loopCallsMax: 400 };
const sharesOf = () => new Shares(edgeLimits(limits));
const from = (address: string, port: number) => ({ peer: `${address}:${port}`, address });
const holdAll = (shares: Shares, who: ReturnType<typeof from>, count: number) =>
  Array.from({ length: count }, () => shares.hold(who));

describe('the share of a connection', () => {
  // breaks when: everybody is refused alike, or the bound is not divided by those who have calls in flight
  it('is beyond fair for whoever has most, and for nobody else', () => {
    const shares = sharesOf();
    const [noisy, quiet, idle] = [1, 2, 3].map((port) => from('192.0.2.1', port));
    holdAll(shares, noisy as never, 90);
    holdAll(shares, quiet as never, 10);
    expect([noisy, quiet, idle].map((who) => shares.isBeyond(who as never))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is never less than the bound of one connection while its address has no more than its own', () => {
    const shares = sharesOf();
    for (let port = 0; port < 60; port += 1) holdAll(shares, from('192.0.2.1', port), 3);
    expect(shares.isBeyond(from('192.0.2.1', 0))).toBe(false);
    shares.hold(from('192.0.2.1', 0));
    expect(shares.isBeyond(from('192.0.2.1', 0))).toBe(true);
  });

  // breaks when: connections are counted, and not the address behind them; addresses do not divide the bound
  it('is not made larger by opening many connections from one address', () => {
    const shares = sharesOf();
    for (let port = 0; port < 30; port += 1) holdAll(shares, from('192.0.2.1', port), 2);
    const honest = from('192.0.2.2', 1);
    holdAll(shares, honest, 20);
    expect(shares.isBeyond(from('192.0.2.1', 0))).toBe(true);
    expect(shares.isBeyond(honest)).toBe(false);
  });

  // breaks when: addresses of one /64 count as many
  it('is not made larger by many addresses of one network', () => {
    const shares = sharesOf();
    for (let at = 1; at <= 90; at += 1) holdAll(shares, from(`2001:db8::${at.toString(16)}`, 1), 2);
    const honest = from('192.0.2.2', 1);
    holdAll(shares, honest, 20);
    expect(shares.isBeyond(from('2001:db8::1', 1))).toBe(true);
    expect(shares.isBeyond(honest)).toBe(false);
  });

  // breaks when: a connection with nothing in flight is never refused: a flood of new ones has no bound
  it('is nothing where all together have too much, but for an address below its own', () => {
    const shares = sharesOf();
    for (let port = 0; port < 399; port += 1) shares.hold(from('192.0.2.1', port));
    expect(shares.isBeyond(from('192.0.2.1', 999))).toBe(false);
    shares.hold(from('192.0.2.1', 399));
    expect(shares.isBeyond(from('192.0.2.1', 999))).toBe(true);
    expect(shares.isBeyond(from('192.0.2.2', 1))).toBe(false);
  });
});

describe('the counts', () => {
  // breaks when: a call that ends twice gives two places back, or an entry is kept for ever
  it('end with what they count, once, and leave nothing behind', () => {
    const shares = sharesOf();
    const releases = holdAll(shares, from('192.0.2.1', 1), 3);
    for (const release of releases.slice(1)) {
      release();
      release();
    }
    expect(shares.calls).toBe(1);
    releases[0]?.();
    expect([shares.calls, shares.size]).toEqual([0, 0]);
  });
});
