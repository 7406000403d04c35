import { describe, expect, it } from 'vitest';
import { WatchedWorkloads } from '../detect/live/watched-workloads.js';
import { Engine } from '../detect/watch/engine.js';
import { Lesson } from '../detect/watch/lesson.js';
import { WorkloadProfile } from '../detect/watch/workload-profile.js';
import { callBy } from '../doubles/calls.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { suggestEnvelope } from './suggest-envelope.js';

const known = new WatchedWorkloads(new Engine());
const registry = registryOf({
  resources: [resourceOf(), resourceOf({ name: 'mail' })],
  workloads: [
    workloadOf({ name: 'triage', grants: [grantOf(), grantOf({ resource: 'mail' })] }),
    workloadOf({ name: 'young' }),
    workloadOf({ name: 'new' }),
  ],
});
const suggest = suggestEnvelope({ registry: () => registry, workloads: known });
const ask = (workload: string) => suggest({ workload }, callBy());

function teach(name: string, sessions: number): void {
  const profile = new WorkloadProfile('agent', () => {});
  for (let session = 0; session < sessions; session += 1) {
    const lesson = new Lesson();
    lesson.noteStep(profile.actions.idOf('crm read'), undefined, false);
    profile.learn(lesson, 0, 0);
  }
  known.restoreProfile(name, profile);
}

describe('suggestEnvelope', () => {
  it('writes the pace of what was learned, and names what was never used', async () => {
    teach('triage', 5);
    const answer = await ask('triage');
    expect(answer).toMatchObject({
      value: { sessions: 5, actions: 5, unusedResources: ['mail'] },
    });
    expect(answer.ok && answer.value.yaml).toMatch(
      /^# triage: .*\npace:\n {2}turnsPerMinute: \d+ #/,
    );
  });

  it('names scopes that are granted where sessions were seen, and that calm ones never asked for', async () => {
    teach('triage', 5);
    const triage = registry.workloads.get('triage');
    if (triage === undefined) throw new Error('not registered');
    const young = await ask('triage');
    expect(young).toMatchObject({ value: { unusedScopes: [] } });
    expect(young.ok && young.value.yaml).toContain('too few');
    for (let nth = 0; nth < 5; nth += 1) known.asked.note(triage, new Set());
    // Of mail nothing was ever seen: it is named as a resource, and not scope by scope.
    const named = await ask('triage');
    expect(named).toMatchObject({ value: { unusedScopes: ['crm contacts:read'] } });
    expect(named.ok && named.value.yaml).toContain('never asked for: crm contacts:read');
    known.asked.note(triage, new Set(['crm contacts:read']));
    expect(await ask('triage')).toMatchObject({ value: { unusedScopes: [] } });
  });

  it.each([
    ['young', 'profile_too_young', { workload: 'young', sessions: 4 }],
    ['new', 'profile_too_young', { workload: 'new', sessions: 0 }],
    ['nobody', 'member_unknown', { kind: 'workload', name: 'nobody' }],
  ])('refuses %s: %s', async (name, reason, detail) => {
    teach('young', 4);
    expect(await ask(name)).toEqual({
      ok: false,
      error: detail === undefined ? { reason } : { reason, detail },
    });
  });

  // breaks when: a history is asked for before the manifest: then one that was kept outlives its workload
  it('refuses a workload that is learned and registered no more', async () => {
    teach('gone', 9);
    expect(await ask('gone')).toMatchObject({ error: { reason: 'member_unknown' } });
  });
});
