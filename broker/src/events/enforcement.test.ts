import type { Revision } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Occurrence } from '../domain/event.js';
import { limits } from '../domain/limits.js';
import { type EnforcedRows, Enforcement } from './enforcement.js';

const cut = { workload: 'triage' } as Occurrence;
const at = (revision: number) => revision as Revision;
const rows = (first: number, last = first, over: Partial<EnforcedRows> = {}): EnforcedRows => ({
  first: at(first),
  last: at(last),
  subscribed: 2,
  enforcing: 2,
  ...over,
});

let told: object[];
let hits: string[];
let enforcement: Enforcement;
beforeEach(() => {
  [told, hits] = [[], []];
  enforcement = new Enforcement({
    publish: (what, { workload }) => told.push({ ...what, workload }),
    limitHit: (name) => hits.push(name),
  });
});

describe('Enforcement', () => {
  it('tells of each verifier and then of all, by the revision of the cut', () => {
    enforcement.follow(at(5), cut);
    enforcement.enforced(rows(4, 6), 'crm', 20.4);
    enforcement.enforcedByAll(rows(4, 6), 50);
    expect(told).toEqual([
      { kind: 'enforced', resource: 'crm', revision: 5, millis: 20, workload: 'triage' },
      { kind: 'enforced_by_all', verifiers: 2, revision: 5, millis: 50, workload: 'triage' },
    ]);
    enforcement.enforcedByAll(rows(4, 6), 60);
    expect(told).toHaveLength(2);
  });

  // breaks when: an acknowledgement of other rows is taken for one of the cut
  it('says nothing of other rows, and forgets what nobody waits for any more', () => {
    enforcement.follow(at(5), cut);
    enforcement.enforced(rows(1, 4), 'crm', 1);
    enforcement.enforcedByAll(rows(6, 7), 1);
    enforcement.enforcedByAll(rows(5), 1);
    expect(told).toEqual([]);
  });

  it('counts as enforcing who has said so, and not who has left', () => {
    enforcement.follow(at(5), cut);
    enforcement.enforcedByAll(rows(5, 5, { subscribed: 3, enforcing: 1 }), 9);
    expect(told).toMatchObject([{ verifiers: 1, millis: 9 }]);
  });

  it('tells of all alone where they are many', () => {
    const many = { subscribed: limits.enforcersTold + 1, enforcing: limits.enforcersTold + 1 };
    enforcement.follow(at(5), cut);
    enforcement.enforced(rows(5, 5, many), 'crm', 1);
    expect(told).toEqual([]);
  });

  it('follows `enforcementsFollowed` cuts at most', () => {
    for (let revision = 1; revision <= limits.enforcementsFollowed + 1; revision += 1)
      enforcement.follow(at(revision), cut);
    expect(hits).toEqual(['enforcementsFollowed']);
    enforcement.enforcedByAll(rows(1), 1);
    expect(told).toEqual([]);
  });
});
