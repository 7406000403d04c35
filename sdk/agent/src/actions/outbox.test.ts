import { describe, expect, it } from 'vitest';
import { limits } from '../limits.js';
import type { SeenAction } from './action.js';
import { Outbox } from './outbox.js';

const seen = (at: number): SeenAction => ({
  id: `id-${at}`,
  action: 'HTTP GET',
  audience: 'https://crm.example',
  outcome: 'allowed',
  atMillis: at,
  span: undefined,
});

function filled(count: number): Outbox {
  const outbox = new Outbox();
  for (let at = 0; at < count; at += 1) outbox.add(seen(at));
  return outbox;
}

describe('Outbox', () => {
  it('gives batches in the order of sight, the one that is out until it is acknowledged', () => {
    const outbox = filled(limits.reportActions + 1);
    const first = outbox.next();
    expect(first?.actions).toHaveLength(limits.reportActions);
    expect(first?.actions[0]?.id).toBe('id-0');
    outbox.add(seen(999));
    expect(outbox.next()).toBe(first);
    expect(outbox.tries).toBe(2);
    if (first !== undefined) outbox.acknowledged(first);
    expect(outbox.next()?.actions.map(({ id }) => id)).toEqual(['id-64', 'id-999']);
    expect(outbox.tries).toBe(1);
  });

  // breaks when: what is out does not count
  it('has room for 1,000 with those that are out, and displaces none of them', () => {
    const outbox = filled(limits.actionsWaiting);
    outbox.next();
    expect(outbox.add(seen(1_000))).toBe(false);
    expect(outbox.size).toBe(limits.actionsWaiting);
    expect(outbox.next()?.actions[0]?.id).toBe('id-0');
  });

  // breaks when: drops are forgotten with a batch that was not taken, or told twice
  it('tells what was dropped until the broker knows', () => {
    const outbox = filled(limits.actionsWaiting + 5);
    expect(outbox.next()?.dropped).toBe(5);
    expect(outbox.giveUp()).toBe(limits.reportActions);
    const batch = outbox.next();
    expect(batch?.dropped).toBe(5 + limits.reportActions);
    if (batch !== undefined) outbox.acknowledged(batch);
    expect(outbox.next()?.dropped).toBe(0);
  });

  it('does not take a late word about a batch for one about the next', () => {
    const outbox = filled(limits.reportActions * 2);
    const first = outbox.next();
    outbox.giveUp();
    const second = outbox.next();
    if (first !== undefined) outbox.acknowledged(first);
    expect(outbox.next()).toBe(second);
  });

  it('says how much it forgets', () => {
    const outbox = filled(100);
    outbox.next();
    expect(outbox.clear()).toBe(100);
    expect([outbox.size, outbox.next()]).toEqual([0, undefined]);
  });
});
