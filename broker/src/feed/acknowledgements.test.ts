import type { Revision } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { Acknowledgements } from './acknowledgements.js';

const at = (revision: number) => revision as Revision;
const crm = { name: { resource: 'crm' } };
const mail = { name: { resource: 'mail' } };

let now: number;
let each: [string, number][];
let last: [enforcing: number, millis: number][];
let acks: Acknowledgements<typeof crm>;
beforeEach(() => {
  [now, each, last] = [0, [], []];
  acks = new Acknowledgements({
    nowMillis: () => now,
    onEach: (_rows, resource, millis) => each.push([resource, millis]),
    onLast: ({ enforcing }, millis) => last.push([enforcing, millis]),
  });
  acks.joined(crm, at(10));
  acks.joined(mail, at(10));
});

const grew = (revision: number) => acks.grew(at(revision), at(revision));

describe('how long a cut takes to be enforced', () => {
  it('is measured to each verifier and to the last', () => {
    grew(20);
    now = 5;
    acks.acknowledged(crm, at(20));
    expect(last).toEqual([]);
    now = 30;
    acks.acknowledged(mail, at(20));
    expect(each).toEqual([
      ['crm', 5],
      ['mail', 30],
    ]);
    expect(last).toEqual([[2, 30]]);
    expect(acks.waiting).toBe(0);
  });

  it('is measured once of each, however often it is said', () => {
    grew(20);
    acks.acknowledged(crm, at(20));
    acks.acknowledged(crm, at(20));
    acks.acknowledged(crm, at(15));
    expect(each).toHaveLength(1);
  });

  it('counts every cut that one acknowledgement covers, and none above it', () => {
    for (const revision of [20, 30, 40]) grew(revision);
    acks.acknowledged(crm, at(30));
    expect(each).toHaveLength(2);
    expect(acks.waiting).toBe(3);
  });

  // breaks when: who has gone is waited for, or who comes later counts for what was before
  it('waits for nobody who has gone, nor for who came later', () => {
    grew(20);
    const late = { name: { resource: 'late' } };
    acks.joined(late, at(20));
    acks.acknowledged(late, at(20));
    expect(each).toEqual([]);
    acks.left(mail);
    now = 7;
    acks.acknowledged(crm, at(20));
    expect(last).toEqual([[1, 7]]);
  });

  it('is over when whoever was waited for has gone, unless nobody enforces it', () => {
    grew(20);
    acks.acknowledged(crm, at(20));
    acks.left(mail);
    grew(30);
    acks.left(crm);
    expect(last).toEqual([[1, 0]]);
    expect(acks.waiting).toBe(0);
  });

  it('is measured of `cutsUnacknowledged` at most', () => {
    for (let nth = 1; nth <= limits.cutsUnacknowledged + 5; nth += 1) grew(10 + nth);
    expect(acks.waiting).toBe(limits.cutsUnacknowledged);
  });

  it('is not measured while nobody is subscribed', () => {
    acks.left(crm);
    acks.left(mail);
    grew(20);
    expect(acks.waiting).toBe(0);
  });
});

it('the lag of a resource is that of its slowest verifier, since the first cut that it owes', () => {
  const other = { name: { resource: 'crm' } };
  acks.joined(other, at(10));
  grew(20);
  now = 100;
  grew(30);
  acks.acknowledged(crm, at(30));
  acks.acknowledged(mail, at(20));
  now = 150;
  expect([...acks.lagByResource()]).toEqual([
    ['crm', 150],
    ['mail', 50],
  ]);
  acks.acknowledged(other, at(30));
  expect(acks.lagByResource().get('crm')).toBe(0);
});
