import { type DestinationKind, parseScope } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { destinationKeys } from '../doubles/destinations.js';
import { manifestBounds } from './bounds.js';
import { parseManifest } from './parse.js';

/** A manifest with these of its one workload, and two resources with dots in their names or not. */
function manifestOf(workload: string, resources = ''): string {
  return `apiVersion: creance/v1
owners: { o: { contact: a } }
resources:
  crm:
    audience: urn:crm
    canary: false
    scopes: { read: { access: read }, all:admin: { access: admin, canary: true } }
    actions: { contacts.read: read, 'GET /contacts/{id}': bulk_read }
  mail: { audience: 'urn:mail', canary: true, scopes: { send: { access: write } } }
${resources}
workloads:
  w:
    owner: o
    class: agent
    evidence: [{ kind: join-token }]
    grants: [{ resource: crm, scopes: [read] }, { resource: mail, scopes: [send] }]
${workload}
`;
}

function codesOf(text: string): string[] {
  const parsed = parseManifest(text, 'creance.yaml', { dev: true });
  return parsed.ok ? [] : parsed.error.map(({ code, path }) => `${code} ${path}`);
}

function registryOf(text: string) {
  const parsed = parseManifest(text, 'creance.yaml', { dev: true });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.registry(destinationKeys.hash);
}

function hashOf(resource: string, kind: DestinationKind, value: string): string {
  const hashed = destinationKeys.hash(resource, kind, value);
  if (!hashed.ok) throw new Error(hashed.error);
  return hashed.value;
}

const many = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join(', ');

describe('what the watch reads in a manifest', () => {
  it('gives canaries, of which a resource may be granted, and the sensitivity of actions', () => {
    const { resources } = registryOf(manifestOf(''));
    const bait = parseScope('all:admin');
    expect(bait && resources.get('crm')?.scopes.get(bait)?.canary).toBe(true);
    expect(resources.get('mail')?.canary).toBe(true);
    expect(resources.get('crm')).toMatchObject({ canary: false });
    expect([...(resources.get('crm')?.actions ?? [])]).toEqual([
      ['contacts.read', 'read'],
      ['GET /contacts/{id}', 'bulk_read'],
    ]);
  });

  it('gives the pace as it is declared, and destinations as hashes of their resource', () => {
    const pace = `    pace:
      turnsPerMinute: 30
      burst: 8
      fanout: 5
      systems: [crm, mail]
      transitions: [[crm.contacts.read, mail.send]]
      destinations:
        - { resource: mail, kind: email, value: a@Example.com }
        - { resource: mail, kind: email, value: a@example.com }
        - { resource: mail, kind: host, value: example.com }
        - { resource: crm, kind: host, value: example.com }`;
    const workload = registryOf(manifestOf(pace)).workloads.get('w');
    const mail = [hashOf('mail', 'email', 'a@example.com'), hashOf('mail', 'host', 'example.com')];
    expect(workload?.pace).toEqual({
      turnsPerMinute: 30,
      burst: 8,
      fanout: 5,
      systems: new Set(['crm', 'mail']),
      transitions: new Set(['crm.contacts.read>mail.send']),
      destinations: new Map([
        ['mail', new Set(mail)],
        ['crm', new Set([hashOf('crm', 'host', 'example.com')])],
      ]),
    });
    expect(mail).not.toContain(hashOf('crm', 'host', 'example.com'));
    const held = workload?.pace?.destinations?.get('mail') as Set<string>;
    expect(() => held.add('x')).toThrow(TypeError);
    expect(Object.isFrozen(workload?.pace)).toBe(true);
  });

  // breaks when: grantFindings does not look at canaries: then whoever is granted one is held for asking
  it('refuses a grant of a canary scope, at the scope', () => {
    const granted = manifestOf('').replace('scopes: [read] }', 'scopes: [read, all:admin] }');
    const parsed = parseManifest(granted, 'creance.yaml', { dev: true });
    expect(parsed.ok ? [] : parsed.error).toMatchObject([
      {
        code: 'canary_granted',
        path: 'workloads.w.grants[0].scopes[1]',
        line: 16,
        column: 46,
        fix: expect.stringContaining('resources.crm.scopes.all:admin'),
      },
    ]);
    const approved = granted.replace('all:admin] }', 'all:admin], approval: required }');
    expect(codesOf(approved)[0]).toMatch(/^canary_granted/);
    for (const harmless of ['canary: false }', 'canary: 1 }'])
      expect(codesOf(granted.replace('canary: true }', harmless)).join()).not.toContain('canary_');
  });

  // breaks when: buildPace gives empty sets for lists that are not there, which would forbid everything
  it('leaves what is not declared undefined', () => {
    const { workloads } = registryOf(manifestOf('    pace: { burst: 1 }'));
    expect(workloads.get('w')?.pace).toEqual({ burst: 1 });
    expect(registryOf(manifestOf('')).workloads.get('w')?.pace).toBeUndefined();
  });

  it('gives the modes of the rules that are named', () => {
    const said = '    responses: { mode: alert, rules: { chain: shadow } }';
    expect(registryOf(manifestOf(said)).workloads.get('w')?.responses).toEqual({
      onForeignKey: 'token',
      mode: 'alert',
      rules: new Map([['chain', 'shadow']]),
    });
  });

  it('lets no step be read as the action of two resources', () => {
    const dotted = "  crm.contacts: { audience: 'urn:2', scopes: { a: { access: read } } }";
    const pace = '    pace: { transitions: [[crm.contacts.read, mail.send]] }';
    expect(codesOf(manifestOf(pace))).toEqual([]);
    expect(codesOf(manifestOf(pace, dotted))).toEqual([
      'step_ambiguous workloads.w.pace.transitions[0][0]',
    ]);
  });

  it('holds the lists of a pace', () => {
    const lists: [string, number, (at: number) => string][] = [
      ['transitions', manifestBounds.transitionsPerPace, (at) => `[crm.a, crm.a${at}]`],
      [
        'destinations',
        manifestBounds.destinationsPerPace,
        (at) => `{ resource: crm, kind: account, value: a${at} }`,
      ],
    ];
    for (const [list, most, one] of lists) {
      const pace = (count: number) => `    pace: { ${list}: [${many(count, one)}] }`;
      expect(codesOf(manifestOf(pace(most)))).toEqual([]);
      expect(codesOf(manifestOf(pace(most + 1)))).toEqual([
        `entries_too_many workloads.w.pace.${list}`,
      ]);
    }
    const most = manifestBounds.systemsPerPace;
    const one = (at: number) =>
      `  r${at}: { audience: 'urn:r${at}', scopes: { a: { access: read } } }\n`;
    const others = Array.from({ length: most + 1 }, (_, at) => one(at)).join('');
    const systems = (count: number) =>
      manifestOf(`    pace: { systems: [${many(count, (at) => `r${at}`)}] }`, others);
    expect(codesOf(systems(most))).toEqual([]);
    expect(codesOf(systems(most + 1))).toEqual(['entries_too_many workloads.w.pace.systems']);
  });

  it('holds the actions of a resource and the names of them', () => {
    const most = manifestBounds.actionsPerResource;
    const resource = (actions: string) =>
      `  r: { audience: 'urn:r', scopes: { a: { access: read } }, actions: { ${actions} } }`;
    const codes = (actions: string) => codesOf(manifestOf('', resource(actions)));
    expect(codes(many(most, (at) => `a${at}: read`))).toEqual([]);
    expect(codes(many(most + 1, (at) => `a${at}: read`))).toEqual([
      'entries_too_many resources.r.actions',
    ]);
    const longest = 'a'.repeat(manifestBounds.actionChars);
    expect(codes(`${longest}: read`)).toEqual([]);
    for (const name of [`${longest}a`, 'a>b', ' a', 'a ', '', '\\u0430', 'a\\tb'])
      expect(codes(`"${name}": read`)[0]).toMatch(/^action_malformed/);
    expect(codes('a: destroy')).toEqual(['value_unknown resources.r.actions.a']);
  });
});
