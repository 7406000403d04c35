import { describe, expect, it } from 'vitest';
import { destinationKeys } from '../doubles/destinations.js';
import { scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf } from '../doubles/sessions.js';
import { plusSeconds } from './instant.js';
import { limits } from './limits.js';
import { narrowTask, type TaskAsk } from './policy-task.js';
import type { Session } from './session.js';
import { destinationsOfTasks, type Task, taskGrantDestinationsMax, taskGrantsMax } from './task.js';

const now = plusSeconds(openedAt, 10);
const [crm, mail] = [resourceOf(), resourceOf({ name: 'mail' })];
const both = scopesOf('contacts:export', 'contacts:read');
const registry = registryOf({
  resources: [crm, mail],
  workloads: [
    workloadOf({
      grants: [
        grantOf({ scopes: both }),
        grantOf({ scopes: scopesOf('a:sign'), approval: 'required' }),
      ],
      delegation: { depth: 7, to: new Set(['support-triage']) },
    }),
  ],
});

function narrow(
  grants: TaskAsk['grants'],
  lifetimeSeconds = 0,
  path: readonly Session[] = pathOf({}),
  at = now,
) {
  return narrowTask(registry, path, { grants, lifetimeSeconds }, at);
}

const grant = (...scopes: string[]) => ({ audience: crm.audience, scopes: scopesOf(...scopes) });

describe('narrowTask', () => {
  it('holds a task by the names of its resources', () => {
    expect(narrow([grant('contacts:read')])).toMatchObject({
      ok: true,
      value: { task: { grants: [{ resource: 'crm', scopes: ['contacts:read'] }] } },
    });
  });

  it('narrows nothing when nothing is declared', () => {
    const { absoluteEndAt } = pathOf({})[0] as Session;
    const nothing = { ok: true, value: { task: undefined, absoluteEndAt } };
    expect(narrowTask(registry, pathOf({}), undefined, now)).toEqual(nothing);
    expect(narrow([])).toEqual(nothing);
  });

  // breaks when: what the parent may not ask for is dropped from the task instead
  it('refuses the whole task for one scope too many, and names it', () => {
    const stranger = { audience: 'https://other.example', scopes: scopesOf('contacts:read') };
    for (const [grants, because] of [
      [[grant('contacts:erase', 'contacts:read')], 'scope_not_granted'],
      [[grant('contacts:read'), stranger], 'resource_unknown'],
      [[{ audience: mail.audience, scopes: scopesOf('contacts:read') }], 'resource_not_granted'],
      [[grant('a:sign')], 'approval_required'],
    ] as const) {
      expect(narrow(grants)).toMatchObject({
        ok: false,
        error: { reason: 'task_not_allowed', detail: { because } },
      });
    }
    expect(narrow([grant('contacts:erase')])).toMatchObject({
      error: { missingScope: 'contacts:erase' },
    });
  });

  it('refuses what the tasks above leave out', () => {
    const task = { grants: [{ resource: 'crm', scopes: scopesOf('contacts:read') }] };
    const path = pathOf({ task }, {});
    expect(narrow([grant('contacts:read')], 0, path)).toMatchObject({ ok: true });
    expect(narrow([grant('contacts:export')], 0, path)).toMatchObject({
      error: { reason: 'task_not_allowed', detail: { because: 'scope_not_in_task' } },
    });
  });

  it.each([
    ['an audience twice', [grant('contacts:read'), grant('contacts:export')], 0],
    ['no scope', [grant()], 0],
    ['33 scopes', [grant(...Array.from({ length: 33 }, (_, at) => `s${at}`))], 0],
    ['a negative lifetime', [], -1],
    ['half a second', [], 0.5],
    ['a lifetime that is no number', [], Number.NaN],
    [
      '17 resources',
      Array.from({ length: taskGrantsMax + 1 }, (_, at) => ({
        audience: `https://r${at}.example`,
        scopes: scopesOf('a'),
      })),
      0,
    ],
  ])('cannot read a task with %s', (_name, grants, seconds) => {
    expect(narrow(grants, seconds)).toMatchObject({ error: { reason: 'task_malformed' } });
  });

  // breaks when: the end of the task is taken without the ends of the path
  it('ends with the task, and never after anybody above', () => {
    const endOf = (seconds: number, path: readonly Session[]) => {
      const narrowed = narrow([], seconds, path);
      return narrowed.ok && narrowed.value.absoluteEndAt;
    };
    const early = pathOf({ absoluteEndAt: plusSeconds(now, 40) }, {});
    expect(endOf(30, early)).toBe(plusSeconds(now, 30));
    expect(endOf(0, early)).toBe(plusSeconds(now, 40));
    expect(endOf(50, early)).toBe(plusSeconds(now, 40));
    expect(endOf(2 ** 32 - 1, early)).toBe(plusSeconds(now, 40));
    const endless = pathOf({ absoluteEndAt: plusSeconds(now, 1_000_000) });
    expect(endOf(0, endless)).toBe(plusSeconds(now, limits.sessionAbsoluteSeconds));
  });

  it('calls what ails the path itself by its own name', () => {
    const over = pathOf({ absoluteEndAt: now });
    expect(narrow([grant('contacts:read')], 0, over)).toMatchObject({
      error: { reason: 'session_expired' },
    });
    const gone = pathOf({ name: 'gone' });
    expect(narrow([grant('contacts:read')], 0, gone)).toMatchObject({
      error: { reason: 'workload_not_registered' },
    });
    expect(narrow([], 0, [])).toMatchObject({ error: { reason: 'session_unknown' } });
  });

  describe('with destinations', () => {
    const to = (...values: string[]) => ({
      ...grant('contacts:read'),
      destinations: values.map((value) => ({ kind: 'email' as const, value })),
    });
    const hashes = (...values: string[]) =>
      values
        .map((value) => destinationKeys.hash('crm', 'email', value))
        .map((hashed) => (hashed.ok ? hashed.value : undefined))
        .sort();
    const taskOf = (...grants: TaskAsk['grants']): Task | undefined => {
      const narrowed = narrow(grants);
      return narrowed.ok ? narrowed.value.task : undefined;
    };
    const reasonOf = (ask: TaskAsk['grants'], ...tasks: (Task | undefined)[]) => {
      const path = pathOf(...tasks.map((task) => ({ task })));
      const narrowed = narrow(ask, 0, path);
      return narrowed.ok ? 'ok' : narrowed.error.reason;
    };

    it('keeps a hash of each, once', () => {
      const task = taskOf(to('b@example.com', 'a@example.com', 'a@EXAMPLE.com.'));
      expect(task?.grants[0]?.destinations).toEqual(hashes('a@example.com', 'b@example.com'));
      expect(JSON.stringify(task)).not.toContain('example');
      expect(taskOf(grant('contacts:read'))?.grants[0]).not.toHaveProperty('destinations');
    });

    // Law 1. breaks when: narrowDestinations asks the parent alone, or takes what it is given
    it('lets a child name those that a session above has declared, and no other', () => {
      const above = taskOf(to('a@example.com', 'b@example.com'));
      const open = taskOf(grant('contacts:read'));
      expect(reasonOf([to('a@example.com')], above)).toBe('ok');
      expect(reasonOf([to('a@example.com')], above, undefined)).toBe('ok');
      expect(reasonOf([to('c@example.com')], undefined, open)).toBe('ok');
      const outside = 'destination_not_in_task';
      expect(reasonOf([to('a@example.com', 'c@example.com')], above)).toBe(outside);
      expect(reasonOf([to('c@example.com')], above, undefined, open)).toBe(outside);
      expect(reasonOf([to('b@example.com')], above, taskOf(to('a@example.com')))).toBe(outside);
    });

    it('holds for a child that names none what was declared above it', () => {
      const above = taskOf(to('a@example.com'));
      const tasks = [undefined, above, taskOf(grant('contacts:read')), undefined];
      expect(destinationsOfTasks(tasks, 'crm')).toEqual(hashes('a@example.com'));
      expect(destinationsOfTasks(tasks, 'mail')).toBeUndefined();
    });

    it('refuses what is no destination, and too many of them', () => {
      expect(reasonOf([to('ann')], undefined)).toBe('task_malformed');
      const many = (count: number) =>
        to(...Array.from({ length: count }, (_, at) => `a${at}@example.com`));
      expect(reasonOf([many(taskGrantDestinationsMax)], undefined)).toBe('ok');
      expect(reasonOf([many(taskGrantDestinationsMax + 1)], undefined)).toBe('task_malformed');
    });
  });
});
