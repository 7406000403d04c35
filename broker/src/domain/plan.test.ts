import { describe, expect, it } from 'vitest';
import { scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, responsesOf, workloadOf } from '../doubles/registries.js';
import { planRegistry } from './plan.js';
import { countTouched, type LivePath } from './plan-touched.js';
import type { Operator, Owner, Pace, Receiver, Resource, Role, Workload } from './registry.js';

const pace: Pace = {
  turnsPerMinute: 30,
  burst: undefined,
  fanout: undefined,
  systems: new Set(['crm']),
  transitions: undefined,
  destinations: undefined,
};
const ofWorkloads = (before: Partial<Workload>, after: Partial<Workload>) =>
  planRegistry(
    registryOf({ workloads: [workloadOf(before)] }),
    registryOf({ workloads: [workloadOf(after)] }),
  );
const ofResources = (before: Partial<Resource>, after: Partial<Resource>) =>
  planRegistry(
    registryOf({ resources: [resourceOf(before)] }),
    registryOf({ resources: [resourceOf(after)] }),
  );
const operator = (...roles: Role[]): Operator => ({ name: 'ann', roles: new Set(roles) });

/** Each pair is a widening one way and none the other. */
const oneWay: readonly (readonly [string, Partial<Workload>, Partial<Workload>])[] = [
  ['grants.crm.contacts:read', { grants: [] }, { grants: [grantOf()] }],
  [
    'grants.crm.contacts:read',
    { grants: [grantOf({ lifetimeSeconds: 60 })] },
    { grants: [grantOf()] },
  ],
  [
    'grants.crm.contacts:read',
    { grants: [grantOf({ approval: 'required' })] },
    { grants: [grantOf()] },
  ],
  [
    'delegation.depth',
    { delegation: { depth: 1, to: new Set(['b']) } },
    { delegation: { depth: 2, to: new Set(['b']) } },
  ],
  [
    'delegation.to.c',
    { delegation: { depth: 1, to: new Set(['b']) } },
    { delegation: { depth: 1, to: new Set(['b', 'c']) } },
  ],
  ['pace.turnsPerMinute', { pace }, { pace: { ...pace, turnsPerMinute: 31 } }],
  ['pace.turnsPerMinute', { pace }, { pace: { ...pace, turnsPerMinute: undefined } }],
  ['pace.systems.mail', { pace }, { pace: { ...pace, systems: new Set(['crm', 'mail']) } }],
  ['pace.systems', { pace }, { pace: { ...pace, systems: undefined } }],
  [
    'pace.destinations.crm',
    { pace: { ...pace, destinations: new Map([['crm', new Set(['h'])]]) } },
    { pace: { ...pace, destinations: new Map([['crm', new Set(['h', 'i'])]]) } },
  ],
  [
    'responses.onForeignKey',
    { responses: responsesOf({ onForeignKey: 'tree' }) },
    { responses: responsesOf({ onForeignKey: 'session' }) },
  ],
  [
    'responses.mode',
    { responses: responsesOf({ mode: 'enforce' }) },
    { responses: responsesOf({ mode: 'alert' }) },
  ],
  [
    'responses.rules.pace',
    { responses: responsesOf() },
    { responses: responsesOf({ rules: new Map([['pace', 'shadow']]) }) },
  ],
];

const scopeOf = (access: 'read' | 'write', canary = false) => ({
  scopes: new Map([[scopesOf('contacts:read')[0] ?? '', { access, canary }]]) as Resource['scopes'],
});
const resourcesOneWay: readonly (readonly [string, Partial<Resource>, Partial<Resource>])[] = [
  ['strictness', { strictness: 'strict' }, { strictness: 'bestEffort' }],
  ['maxStaleSeconds', { maxStaleSeconds: 10 }, { maxStaleSeconds: 20 }],
  ['canary', { canary: true }, { canary: false }],
  ['scopes.contacts:read', scopeOf('read', true), scopeOf('read')],
  ['scopes.contacts:read', scopeOf('write'), scopeOf('read')],
  [
    'actions.a.b',
    { actions: new Map([['a.b', 'write']]) },
    { actions: new Map([['a.b', 'read']]) },
  ],
];

describe('planRegistry', () => {
  it.each(oneWay)('marks what widens a workload at %s, and not the way back', (place, from, to) => {
    const path = `workloads.support-triage.${place}`;
    const [there, back] = [ofWorkloads(from, to), ofWorkloads(to, from)];
    expect(there.map((change) => [change.path, change.widens !== undefined])).toEqual([
      [path, true],
    ]);
    expect(back.map((change) => [change.path, change.widens])).toEqual([[path, undefined]]);
  });

  it.each(resourcesOneWay)(
    'marks what loosens a resource at %s, and not the way back',
    (place, from, to) => {
      const path = `resources.crm.${place}`;
      const widened = (changes: ReturnType<typeof planRegistry>) =>
        changes.find((change) => change.path === path)?.widens;
      expect(widened(ofResources(from, to))).toBeTypeOf('string');
      expect(ofResources(to, from).map((change) => change.path)).toContain(path);
      expect(widened(ofResources(to, from))).toBeUndefined();
    },
  );

  it('marks another audience, whichever it is', () => {
    const [change] = ofResources({}, { audience: 'https://other.example.internal' });
    expect(change).toMatchObject({ path: 'resources.crm.audience', widens: expect.any(String) });
  });

  it('marks a member or a role that comes, and not one that goes', () => {
    const [none, some, more] = [
      registryOf({ workloads: [] }),
      registryOf({ operators: [operator('viewer')] }),
      registryOf({ operators: [operator('viewer', 'keys')] }),
    ];
    const widened = (changes: ReturnType<typeof planRegistry>) =>
      changes.filter(({ widens }) => widens !== undefined).map(({ path }) => path);
    expect(widened(planRegistry(none, some))).toEqual([
      'workloads.support-triage',
      'workloads.support-triage.grants.crm.contacts:read',
      'operators.ann',
    ]);
    expect(widened(planRegistry(some, more))).toEqual(['operators.ann.roles.keys']);
    expect(widened(planRegistry(some, none))).toEqual([]);
    expect(widened(planRegistry(more, some))).toEqual([]);
  });
});

describe('countTouched', () => {
  const [before, after] = [
    registryOf({ workloads: [workloadOf(), workloadOf({ name: 'child' })] }),
    registryOf({ workloads: [workloadOf({ name: 'child' })] }),
  ];
  const root = { kind: 'workload', name: 'support-triage' } as const;
  const child = { kind: 'workload', name: 'child' } as const;
  const paths: readonly LivePath[] = [
    [root],
    [root, child],
    [child],
    [{ kind: 'verifier', name: 'crm' }],
  ];

  it('counts whoever hangs on a workload or a resource', () => {
    const touched = countTouched(before, after, paths);
    const of = (kind: 'workload' | 'resource' | 'owner', name: string) =>
      touched.of({ kind, name });
    expect([of('workload', 'support-triage'), of('workload', 'child')]).toEqual([2, 2]);
    expect([of('resource', 'crm'), of('owner', 'support-platform')]).toEqual([4, 0]);
  });

  // breaks when: leaves looks at the session's own member alone
  it('counts what ends, children of what leaves included', () => {
    expect(countTouched(before, after, paths).ending).toBe(2);
    expect(countTouched(before, before, paths).ending).toBe(0);
  });
});

describe('receivers of an owner in a plan', () => {
  const hooks = { url: 'https://hooks.example.com/', allowPrivate: false };
  const elsewhere = { url: 'https://elsewhere.example/', allowPrivate: false };
  const inside = { ...hooks, allowPrivate: true };
  const withContact = (contact: Receiver | undefined) => {
    const registry = registryOf();
    const [owner] = [...registry.owners.values()] as [Owner];
    const notify = { contact, escalation: undefined };
    return { ...registry, owners: new Map([[owner.name, { ...owner, notify }]]) };
  };

  // breaks when: somebody may turn events elsewhere, or at an inner service, without the role for widenings
  it.each<[string, Receiver | undefined, Receiver | undefined, boolean]>([
    ['comes', undefined, hooks, false],
    ['comes at a private address', undefined, inside, true],
    ['goes', hooks, undefined, true],
    ['goes elsewhere', hooks, elsewhere, true],
    ['may be at a private address', hooks, inside, true],
    ['may not any more', inside, hooks, false],
  ])('one that %s is a line, and widens where it should', (_name, was, is, widens) => {
    const [change, ...others] = planRegistry(withContact(was), withContact(is));
    expect(others).toEqual([]);
    expect(change?.path).toBe('owners.support-platform.notify.contact');
    expect(change?.widens !== undefined).toBe(widens);
  });

  it('is no change when nothing is another', () => {
    expect(planRegistry(withContact(hooks), withContact({ ...hooks }))).toEqual([]);
  });

  it('of an owner that is new is a line too', () => {
    const before = { ...registryOf(), owners: new Map() };
    const changes = planRegistry(before, withContact(inside));
    expect(changes.map(({ path, widens }) => [path, widens !== undefined])).toEqual([
      ['owners.support-platform', false],
      ['owners.support-platform.notify.contact', true],
    ]);
  });
});
