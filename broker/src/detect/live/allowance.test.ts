import { describe, expect, it } from 'vitest';
import { Allowance } from './allowance.js';

const ask = { workload: 'triage', owner: 'support', resource: 'crm' };
const bounds = { perWorkload: 2, perOwner: 3, perResource: 4 };

describe('Allowance', () => {
  it('caps suspensions of one workload a minute', () => {
    const allowance = new Allowance(bounds);
    expect([1, 2, 3].map((at) => allowance.take(ask, at))).toEqual([
      undefined,
      undefined,
      'perWorkload',
    ]);
  });

  it('caps those that one resource brings about, whatever the workload and owner', () => {
    const allowance = new Allowance(bounds);
    const hits = [1, 2, 3, 4, 5].map((nth) =>
      allowance.take({ workload: `w${nth}`, owner: `o${nth}`, resource: 'crm' }, nth),
    );
    expect(hits).toEqual([undefined, undefined, undefined, undefined, 'perResource']);
  });

  it('takes nothing from other bounds when one is hit', () => {
    const allowance = new Allowance(bounds);
    for (let nth = 0; nth < 9; nth += 1) allowance.take(ask, nth);
    expect(allowance.take({ ...ask, workload: 'other' }, 10)).toBeUndefined();
  });

  it('allows again after a minute', () => {
    const allowance = new Allowance(bounds);
    for (let nth = 0; nth < 3; nth += 1) allowance.take(ask, nth);
    expect(allowance.take(ask, 60_002)).toBeUndefined();
  });
});
