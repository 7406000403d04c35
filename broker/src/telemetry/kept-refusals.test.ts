import { describe, expect, it } from 'vitest';
import type { KeptRefusal } from '../domain/refusal.js';
import { openedAt } from '../doubles/sessions.js';
import { KeptRefusals } from './kept-refusals.js';

const bounds = {
  refusalsOfMembers: 8,
  refusalsPerMember: 3,
  refusalsOfStrangers: 4,
  refusalsPerAddress: 2,
};

const refusal = (requestId: string, parts: Partial<KeptRefusal> = {}): KeptRefusal => ({
  requestId,
  method: '/creance.v1.SessionService/IssueToken',
  at: openedAt,
  network: '192.0.2.0/24',
  caller: undefined,
  reason: 'scope_not_granted',
  facts: {},
  traceId: undefined,
  ...parts,
});

const member = (name: string) => ({ isStranger: false, name: `workload ${name}` });
const stranger = (address: string) => ({ isStranger: true, name: `address ${address}` });

function kept() {
  const hits: string[] = [];
  const refusals = new KeptRefusals((bound) => void hits.push(bound), bounds);
  const has = (...ids: string[]) => ids.map((id) => refusals.find(id) !== undefined);
  return { refusals, hits, has };
}

describe('refusals that are kept', () => {
  it('are found by request id, and none by another', () => {
    const { refusals, has } = kept();
    refusals.note(refusal('a'), member('triage'));
    expect(refusals.find('a')).toMatchObject({ reason: 'scope_not_granted' });
    expect(has('b', '', '__proto__')).toEqual([false, false, false]);
  });

  // breaks when: one ring is made for all, or strangers are taken for members
  it('of members stay, whatever strangers do from however many addresses', () => {
    const { refusals, has, hits } = kept();
    refusals.note(refusal('a'), member('triage'));
    for (let at = 0; at < 1_000; at += 1) refusals.note(refusal(`s${at}`), stranger(`a${at}`));
    expect(has('a', 's999')).toEqual([true, true]);
    expect(refusals.size).toBe(5);
    expect(new Set(hits)).toEqual(new Set(['refusalsOfStrangers']));
  });

  // breaks when: a full ring lets its oldest go, whosever it is
  it('of a quiet member stay, whatever another one does', () => {
    const { refusals, has, hits } = kept();
    refusals.note(refusal('a'), member('quiet'));
    for (let at = 0; at < 100; at += 1) refusals.note(refusal(`l${at}`), member('loud'));
    expect(has('a', 'l96', 'l97', 'l99')).toEqual([true, false, true, true]);
    expect(new Set(hits)).toEqual(new Set(['refusalsPerMember']));
  });

  it('make room where there is most, when all of it is full', () => {
    const { refusals, has, hits } = kept();
    refusals.note(refusal('a'), member('quiet'));
    for (const name of ['b', 'c'])
      for (let at = 0; at < 3; at += 1) refusals.note(refusal(`${name}${at}`), member(name));
    refusals.note(refusal('d0'), member('d'));
    refusals.note(refusal('e0'), member('e'));
    refusals.note(refusal('f0'), member('f'));
    expect(refusals.size).toBe(8);
    expect(has('a', 'd0', 'e0', 'f0')).toEqual([true, true, true, true]);
    expect(has('b0', 'c0')).toEqual([false, false]);
    expect(hits).toEqual(['refusalsOfMembers', 'refusalsOfMembers']);
  });

  it('of one address are no more than its share', () => {
    const { refusals, has, hits } = kept();
    refusals.note(refusal('other'), stranger('1'));
    for (let at = 0; at < 10; at += 1) refusals.note(refusal(`s${at}`), stranger('2'));
    expect(has('other', 's7', 's8', 's9')).toEqual([true, false, true, true]);
    expect(new Set(hits)).toEqual(new Set(['refusalsPerAddress']));
  });

  // breaks when: calls beyond a rate share the lane of what says more
  it('by a rate do not push out what their caller did before', () => {
    const { refusals, has } = kept();
    refusals.note(refusal('a'), member('triage'));
    for (let at = 0; at < 50; at += 1)
      refusals.note(refusal(`r${at}`, { reason: 'rate_limited' }), member('triage'));
    expect(has('a', 'r49')).toEqual([true, true]);
  });
});
