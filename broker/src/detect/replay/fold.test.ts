import { describe, expect, it } from 'vitest';
import { boundedText, clientOf, networkOf, resourceOf } from './fold.js';

describe('networkOf', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['192.0.2.77:4711', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['83.149.x.x', '83.149.x.0/24'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['2001:0db8:0000:7::1', '2001:db8:0::/48'],
    ['[2001:DB8:0:7::1]:443', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['AS64500', 'AS64500'],
  ])('folds %s to %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('reads back what it has folded', () => {
    for (const network of ['192.0.2.0/24', '2001:db8:0::/48'])
      expect(networkOf(network.replace(/\/\d+$/, ''))).toBe(network);
  });

  // breaks when: what is mapped into IPv6 is folded as IPv6: all of IPv4 would be one network
  it('keeps networks of mapped addresses apart', () => {
    expect(networkOf('::ffff:192.0.2.1')).not.toBe(networkOf('::ffff:203.0.113.1'));
  });
});

describe('boundedText', () => {
  // breaks when: a long text is only cut
  it('bounds a text and keeps long ones with one beginning apart', () => {
    const long = 'x'.repeat(10_000);
    expect(boundedText(long).length).toBeLessThan(1_100);
    expect(boundedText(`${long}a`)).not.toBe(boundedText(`${long}b`));
    expect(boundedText('crm')).toBe('crm');
  });
});

describe('clientOf', () => {
  it('is the first word without its version, and never nothing', () => {
    expect(clientOf('curl/8.9 (linux)')).toBe('curl');
    expect(clientOf('/8.9')).toBe('other');
  });
});

describe('resourceOf', () => {
  it('holds no space, by which names are split', () => {
    expect(resourceOf('Security Center')).not.toContain(' ');
  });
});
