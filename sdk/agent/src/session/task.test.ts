import { describe, expect, it } from 'vitest';
import { type Task, wireTaskOf } from './task.js';

const crm = { audience: 'https://crm.example', scopes: ['b', 'a'] };

describe('wireTaskOf', () => {
  it('puts a task into its one form', () => {
    expect(wireTaskOf(undefined)).toBeUndefined();
    expect(wireTaskOf({ grants: [crm], lifetimeSeconds: 60 })).toEqual({
      grants: [{ audience: 'https://crm.example', scopes: ['a', 'b'] }],
      lifetimeSeconds: 60,
    });
    expect(wireTaskOf({})).toEqual({ grants: [], lifetimeSeconds: 0 });
  });

  // breaks when: an empty list is sent: on the wire it means everything
  it('refuses a task that names nothing, which the wire cannot say', () => {
    expect(codeOf({ grants: [] })).toBe('CREANCE_TASK_MALFORMED');
  });

  it.each<[string, Task]>([
    [
      '17 resources',
      { grants: Array.from({ length: 17 }, (_, i) => ({ ...crm, audience: `a${i}` })) },
    ],
    ['a resource twice', { grants: [crm, crm] }],
    ['no audience', { grants: [{ ...crm, audience: '' }] }],
    ['an audience without end', { grants: [{ ...crm, audience: 'x'.repeat(257) }] }],
    ['no scope', { grants: [{ ...crm, scopes: [] }] }],
    ['a scope twice', { grants: [{ ...crm, scopes: ['a', 'a'] }] }],
    ['no time', { lifetimeSeconds: 0 }],
    ['less than no time', { lifetimeSeconds: -1 }],
    ['part of a second', { lifetimeSeconds: 1.5 }],
    ['a time that is no number', { lifetimeSeconds: Number.NaN }],
    ['more time than the wire holds', { lifetimeSeconds: 2 ** 32 }],
  ])('refuses a task with %s', (_name, task) => {
    expect(codeOf(task)).toBe('CREANCE_TASK_MALFORMED');
  });
});

function codeOf(task: Task): unknown {
  try {
    return wireTaskOf(task);
  } catch (error) {
    return (error as { code: string }).code;
  }
}
