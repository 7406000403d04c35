import { proofWindowSeconds, tokenLeewaySeconds, tokenLifetimeSecondsMax } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { limits } from './limits.js';

describe('the bounds', () => {
  it.each(Object.entries(limits))('%s is a positive whole number', (_name, bound) => {
    expect(Number.isSafeInteger(bound) && bound > 0).toBe(true);
  });

  // A token key is published for so long after it stops signing that no token outlives it.
  it('fit together', () => {
    expect(limits.tokenKeyOverlapSeconds).toBeGreaterThanOrEqual(2 * tokenLifetimeSecondsMax);
    expect(limits.tokenKeySeconds).toBeGreaterThan(limits.tokenKeyOverlapSeconds);
    expect(tokenLifetimeSecondsMax + tokenLeewaySeconds).toBeLessThan(
      limits.tokenKeyOverlapSeconds,
    );
    expect(limits.sessionIdleSeconds).toBeLessThan(limits.sessionAbsoluteSeconds);
    expect(limits.activityWriteSeconds).toBeLessThan(limits.sessionIdleSeconds);
    expect(limits.heartbeatSeconds).toBeLessThan(limits.maxStaleSeconds);
    expect(limits.proofsRememberedPerKey).toBeLessThan(limits.proofsRemembered);
    expect(limits.strangersPerAddress).toBeLessThan(limits.connectionsPerAddress);
    expect(limits.connectionsPerAddress).toBeLessThan(limits.connections);
    expect(limits.joinTokenSecondsMin).toBeLessThan(limits.joinTokenSeconds);
    expect(limits.joinTokenSeconds).toBeLessThan(limits.joinTokenSecondsMax);
    expect(proofWindowSeconds).toBe(65);
  });
});
