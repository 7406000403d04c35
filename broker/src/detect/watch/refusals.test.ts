import { describe, expect, it } from 'vitest';
import { Refusals } from './refusals.js';

describe('Refusals', () => {
  it('expects one in twenty before anything was seen', () => {
    expect(new Refusals().share('crm read')).toBeCloseTo(0.05);
  });

  // breaks when: the share of an action is its own alone
  it('shrinks what one action shows towards what all show', () => {
    const refusals = new Refusals();
    for (let nth = 0; nth < 980; nth += 1) refusals.learn('crm read', false);
    for (let nth = 0; nth < 20; nth += 1) refusals.learn('crm probe', true);
    const [all, probe, other] = ['crm read', 'crm probe', 'mail send'].map((one) =>
      refusals.share(one),
    );
    expect(all).toBeLessThan(0.01);
    expect(probe).toBeGreaterThan(0.75);
    expect(probe).toBeLessThan(1);
    expect(other).toBeCloseTo(21 / 1_020);
  });

  it('fades, and comes to the same after it was kept', () => {
    const [one, other] = [new Refusals(), new Refusals()];
    for (let nth = 0; nth < 40; nth += 1) one.learn('crm read', nth % 4 === 0);
    one.fade(0.5);
    expect(one.seen).toBe(20);
    other.restore(one.kept());
    expect([other.share('crm read'), other.seen]).toEqual([one.share('crm read'), 20]);
  });
});
