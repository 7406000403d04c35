import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { Enforcement, type Enforcer } from './enforcement.js';

type Fake = { -readonly [Key in keyof Enforcer]: Enforcer[Key] };

function stage(count: number) {
  const clock = new FakeClock();
  const told: object[] = [];
  const hits: string[] = [];
  const verifiers = Array.from({ length: count }, (_, at): Fake => {
    return { name: { resource: `r${at}` }, acknowledged: 0 as Revision, isOpen: true };
  });
  const enforcement = new Enforcement({
    clock,
    subscribers: () => verifiers.filter(({ isOpen }) => isOpen),
    publish: (what) => told.push(what),
    limitHit: (name) => hits.push(name),
  });
  const acknowledge = (at: number, revision: number) => {
    const verifier = verifiers[at] as Fake;
    verifier.acknowledged = revision as Revision;
    enforcement.acknowledged(verifier);
  };
  const follow = (revision: number) => enforcement.follow(revision as Revision);
  return { clock, told, hits, verifiers, enforcement, acknowledge, follow };
}

describe('Enforcement', () => {
  it('tells of each verifier and then of all, with the time since the commit', () => {
    const { acknowledge, follow, told, clock } = stage(2);
    follow(5);
    clock.advance(0.02);
    acknowledge(0, 5);
    clock.advance(0.03);
    acknowledge(1, 7);
    expect(told).toEqual([
      { kind: 'enforced', resource: 'r0', revision: 5, millis: 20 },
      { kind: 'enforced', resource: 'r1', revision: 5, millis: 50 },
      { kind: 'enforced_by_all', verifiers: 2, revision: 5, millis: 50 },
    ]);
    acknowledge(0, 7);
    expect(told).toHaveLength(3);
  });

  it('takes no earlier acknowledgement for one of a cut', () => {
    const { acknowledge, follow, told } = stage(1);
    follow(5);
    acknowledge(0, 4);
    expect(told).toEqual([]);
  });

  it('does not wait for a verifier that has left, nor say that it enforces anything', () => {
    const { acknowledge, follow, told, verifiers, enforcement } = stage(2);
    follow(5);
    acknowledge(0, 5);
    (verifiers[1] as Fake).isOpen = false;
    enforcement.sweep();
    expect(told.map((what) => (what as { kind: string }).kind)).toEqual([
      'enforced',
      'enforced_by_all',
    ]);
  });

  it('says nothing where no verifier is', () => {
    const { follow, told, enforcement } = stage(0);
    follow(5);
    enforcement.sweep();
    expect(told).toEqual([]);
  });

  it('tells of all alone where they are many', () => {
    const count = limits.enforcersTold + 1;
    const { acknowledge, follow, told } = stage(count);
    follow(5);
    for (let at = 0; at < count; at += 1) acknowledge(at, 5);
    expect(told).toEqual([{ kind: 'enforced_by_all', verifiers: count, revision: 5, millis: 0 }]);
  });

  it('follows so many cuts and for so long, and no more', () => {
    const { follow, hits, enforcement, clock, acknowledge, told } = stage(1);
    for (let revision = 1; revision <= limits.enforcementsFollowed + 1; revision += 1)
      follow(revision);
    expect(hits).toEqual(['enforcementsFollowed']);
    clock.advance(limits.enforcementSeconds + 1);
    enforcement.sweep();
    acknowledge(0, limits.enforcementsFollowed + 1);
    expect(told).toEqual([]);
  });
});
