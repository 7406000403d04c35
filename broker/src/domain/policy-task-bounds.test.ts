import { describe, expect, it } from 'vitest';
import { scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf } from '../doubles/sessions.js';
import { plusSeconds } from './instant.js';
import { narrowTask, type TaskAsk } from './policy-task.js';
import { taskDestinationsMax, taskGrantDestinationsMax, taskGrantsMax } from './task.js';

const scopesMax = 32;
const names = Array.from({ length: taskGrantsMax + 1 }, (_, at) => `r${at}`);
const words = Array.from({ length: scopesMax }, (_, at) => `s${String(at).padStart(2, '0')}`);
const registry = registryOf({
  resources: names.map((name) => resourceOf({ name })),
  workloads: [
    workloadOf({
      grants: names.map((resource) => grantOf({ resource, scopes: scopesOf(...words) })),
    }),
  ],
});

const grant = (at: number, destinations = 0, scopes = 1) => ({
  audience: resourceOf({ name: names[at] ?? '' }).audience,
  scopes: scopesOf(...words.slice(0, scopes)),
  destinations: Array.from({ length: destinations }, (_, nth) => ({
    kind: 'email' as const,
    value: `p${nth}@example.com`,
  })),
});

function faultOf(grants: TaskAsk['grants'], lifetimeSeconds = 0): unknown {
  const now = plusSeconds(openedAt, 10);
  const narrowed = narrowTask(registry, pathOf({}), { grants, lifetimeSeconds }, now);
  return narrowed.ok ? 'ok' : (narrowed.error.detail?.['fault'] ?? narrowed.error.reason);
}

describe('the bounds of a task', () => {
  it.each([
    ['its resources', Array.from({ length: taskGrantsMax }, (_, at) => grant(at)), 'ok'],
    [
      'its resources',
      Array.from({ length: taskGrantsMax + 1 }, (_, at) => grant(at)),
      'too many grants',
    ],
    ['scopes of one', [grant(0, 0, scopesMax)], 'ok'],
    ['scopes of one', [{ ...grant(0), scopes: scopesOf() }], 'scopes'],
    ['destinations of one', [grant(0, taskGrantDestinationsMax)], 'ok'],
    ['destinations of one', [grant(0, taskGrantDestinationsMax + 1)], 'too many destinations'],
    ['destinations in all', [grant(0, 64), grant(1, 64)], 'ok'],
    ['destinations in all', [grant(0, 64), grant(1, 64), grant(2, 1)], 'too many destinations'],
    ['each resource once', [grant(0), grant(0)], 'an audience twice'],
  ] as const)('hold for %s: %#', (_name, grants, fault) => {
    expect(taskDestinationsMax).toBe(128);
    expect(faultOf(grants)).toBe(fault);
  });

  it('say that it is the lifetime which cannot be read', () => {
    expect(faultOf([], -1)).toBe('lifetime');
    expect(faultOf([], 1.5)).toBe('lifetime');
  });

  it('say which destination cannot be read', () => {
    const broken = { ...grant(0), destinations: [{ kind: 'email' as const, value: 'nobody' }] };
    expect(faultOf([broken])).not.toBe('task_malformed');
    expect(faultOf([broken])).toEqual(expect.any(String));
  });

  it('keep destinations in ascending order', () => {
    const now = plusSeconds(openedAt, 10);
    const asked = { grants: [grant(0, 20)], lifetimeSeconds: 0 };
    const narrowed = narrowTask(registry, pathOf({}), asked, now);
    const kept = (narrowed.ok && narrowed.value.task?.grants[0]?.destinations) || [];
    expect(kept).toHaveLength(20);
    expect(kept).toEqual([...kept].sort());
  });
});
