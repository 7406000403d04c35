import { destinationKinds } from '@creance/proto';
import { DestinationKind } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { type Destination, type Task, wireTaskOf } from './task.js';

const crm = { audience: 'https://crm.example', scopes: ['b', 'a'] };

describe('wireTaskOf', () => {
  it('puts a task into its one form', () => {
    expect(wireTaskOf(undefined)).toBeUndefined();
    expect(wireTaskOf({ grants: [crm], lifetimeSeconds: 60 })).toEqual({
      grants: [{ audience: 'https://crm.example', scopes: ['a', 'b'], destinations: [] }],
      lifetimeSeconds: 60,
    });
    expect(wireTaskOf({})).toEqual({ grants: [], lifetimeSeconds: 0 });
  });

  // breaks when: kinds are numbered otherwise than on the wire
  it('names what it is for, by kind', () => {
    const destinations = destinationKinds.map((kind) => ({ kind, value: values[kind] }));
    const wire = wireTaskOf({ grants: [{ ...crm, destinations }] });
    expect(wire?.grants[0]?.destinations).toEqual([
      { kind: DestinationKind.DESTINATION_KIND_EMAIL, value: 'Ann@Example.COM' },
      { kind: DestinationKind.DESTINATION_KIND_HOST, value: 'example.com' },
      { kind: DestinationKind.DESTINATION_KIND_TABLE, value: 'crm.contacts' },
      { kind: DestinationKind.DESTINATION_KIND_PACKAGE, value: '@scope/name' },
      { kind: DestinationKind.DESTINATION_KIND_PATH, value: '/a/b' },
      { kind: DestinationKind.DESTINATION_KIND_ACCOUNT, value: '4711' },
    ]);
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
    ['no destination', { grants: [{ ...crm, destinations: [] }] }],
    ['65 destinations of one resource', { grants: [{ ...crm, destinations: accounts(65) }] }],
    [
      '129 destinations in all',
      {
        grants: [64, 64, 1].map((count, i) => ({
          ...crm,
          audience: `a${i}`,
          destinations: accounts(count),
        })),
      },
    ],
    ['a kind that is none', aimed({ kind: 'constructor' as never, value: 'a' })],
    ['a destination that is no text', aimed({ kind: 'account', value: 7 as never })],
    ['an address that is none', aimed({ kind: 'email', value: 'nobody' })],
    ['a mark that hides', aimed({ kind: 'email', value: 'ann\u200b@example.com' })],
    ['no time', { lifetimeSeconds: 0 }],
    ['less than no time', { lifetimeSeconds: -1 }],
    ['part of a second', { lifetimeSeconds: 1.5 }],
    ['a time that is no number', { lifetimeSeconds: Number.NaN }],
    ['more time than the wire holds', { lifetimeSeconds: 2 ** 32 }],
  ])('refuses a task with %s', (_name, task) => {
    expect(codeOf(task)).toBe('CREANCE_TASK_MALFORMED');
  });
});

const values = {
  email: 'Ann@Example.COM',
  host: 'example.com',
  table: 'crm.contacts',
  package: '@scope/name',
  path: '/a/b',
  account: '4711',
} as const;

function accounts(count: number): Destination[] {
  return Array.from({ length: count }, (_, i) => ({ kind: 'account', value: `${i}` }));
}

function aimed(destination: Destination): Task {
  return { grants: [{ ...crm, destinations: [destination] }] };
}

function codeOf(task: Task): unknown {
  try {
    return wireTaskOf(task);
  } catch (error) {
    return (error as { code: string }).code;
  }
}
