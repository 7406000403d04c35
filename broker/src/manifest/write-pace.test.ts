import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestBounds } from './bounds.js';
import { parseManifest } from './parse.js';
import { type PaceToWrite, writePace } from './write-pace.js';

const paceOf = (parts: Partial<PaceToWrite> = {}): PaceToWrite => ({
  turnsPerMinute: 34,
  burst: 8,
  fanout: 5,
  systems: ['crm', 'mail'],
  steps: [
    { from: 'crm.contacts.read', to: 'mail.send', times: 41 },
    { from: 'mail.send', to: 'crm.GET /contacts/{id}, all', times: 1 },
  ],
  sessions: 12,
  actions: 96,
  actionNames: 3,
  unusedResources: ['billing'],
  unusedScopes: ['crm contacts:export'],
  untoldScopes: [],
  ...parts,
});

const names = ['crm', 'mail', 'billing', 'true', '7'];
const resources = new Set(names);

/** The block in a manifest, as the broker would take it. */
function manifestWith(block: string): ReturnType<typeof parseManifest> {
  const indented = block.replaceAll(/^(?=.)/gm, '    ');
  return parseManifest(
    `apiVersion: creance/v1
issuer: https://creance.example.internal
owners:
  team: { contact: team@example.com }
resources:
${names.map((name) => `  "${name}": { audience: "https://r${name}.example", scopes: { read: { access: read } } }`).join('\n')}
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants: [{ resource: crm, scopes: [read] }]
${indented}`,
    'creance.yaml',
    { dev: false },
  );
}

const faultsIn = (block: string) => {
  const parsed = manifestWith(block);
  return parsed.ok ? [] : parsed.error;
};

describe('writePace', () => {
  it('writes a block that the manifest takes and reads back the same', () => {
    const block = writePace('triage', paceOf(), resources);
    expect(faultsIn(block)).toEqual([]);
    expect(parse(block)).toEqual({
      pace: {
        turnsPerMinute: 34,
        burst: 8,
        fanout: 5,
        systems: ['crm', 'mail'],
        transitions: [
          ['crm.contacts.read', 'mail.send'],
          ['mail.send', 'crm.GET /contacts/{id}, all'],
        ],
      },
    });
  });

  it('says in comments what it rests on, and what was never used', () => {
    const block = writePace('triage', paceOf(), resources);
    expect(block).toContain(
      '# triage: learned from 12 sessions that ended calm, 96 actions, 3 different',
    );
    expect(block).toContain('[crm.contacts.read, mail.send] # 41 times');
    expect(block).toContain('# granted and never used: billing');
    expect(block).toContain('# granted and never asked for: crm contacts:export');
  });

  it('says when every scope was asked for, and when it is too early to tell', () => {
    const none = { unusedScopes: [], untoldScopes: [] };
    expect(writePace('triage', paceOf(none), resources)).toContain('# every scope');
    const young = writePace('triage', paceOf({ ...none, untoldScopes: ['crm a'] }), resources);
    expect(young).toMatch(/# granted for too few .*: crm a$/m);
    expect(young).not.toContain('# every scope');
  });

  // breaks when: all names are written: the block then no longer fits into one message
  it('names as many scopes as there is room for, and how many more there are', () => {
    const unusedScopes = Array.from({ length: 4_000 }, (_, at) => `crm ${'s'.repeat(60)}${at}`);
    const block = writePace('triage', paceOf({ unusedScopes }), resources);
    expect(block.length).toBeLessThan(4_000);
    expect(block).toMatch(/ and 39\d\d more$/m);
    expect(faultsIn(block)).toEqual([]);
  });

  // breaks when: a name is written plain: `true` and `7` are then no texts any more
  it('quotes names that YAML would read as something else', () => {
    const steps = [{ from: 'true.1e3', to: '7.5', times: 2 }];
    const block = writePace('triage', paceOf({ systems: ['true', '7'], steps }), resources);
    expect(faultsIn(block)).toEqual([]);
    expect(parse(block)).toMatchObject({
      pace: { systems: ['true', '7'], transitions: [['true.1e3', '7.5']] },
    });
  });

  // breaks when: an action that no manifest can name is written: a line feed then adds keys of its own
  it.each([
    'crm.x\n  systems: [billing]',
    'crm.a > b',
    'crm.\u202eexport',
    'gone.read',
    'other',
    `crm.${'x'.repeat(manifestBounds.actionChars + 1)}`,
  ])('leaves all transitions out when it cannot name one: %j', (from) => {
    const steps = [{ from, to: 'mail.send', times: 3 }, ...paceOf().steps];
    const block = writePace('triage', paceOf({ steps }), resources);
    expect(faultsIn(block)).toEqual([]);
    expect(parse(block)).toEqual({
      pace: { turnsPerMinute: 34, burst: 8, fanout: 5, systems: ['crm', 'mail'] },
    });
    expect(block).toContain('# transitions: left out, since 1 of 3');
  });

  it('leaves out a step that may be one at two resources', () => {
    const two = new Set([...names, 'crm.contacts']);
    expect(writePace('triage', paceOf(), two)).toContain('transitions: left out');
  });

  it('leaves a list out that the manifest or one message could not hold', () => {
    const many = (count: number, name: (at: number) => string) =>
      Array.from({ length: count }, (_, at) => name(at));
    const most = manifestBounds.transitionsPerPace;
    const steps = (count: number, tail = '') =>
      many(count, (at) => `crm.a${at}${tail}`).map((from) => ({ from, to: 'mail.send', times: 1 }));
    const written = (parts: Partial<PaceToWrite>, of: ReadonlySet<string> = resources) =>
      Object.keys(parse(writePace('triage', paceOf(parts), of)).pace);
    expect(written({ steps: steps(most) })).toContain('transitions');
    expect(written({ steps: steps(most + 1) })).not.toContain('transitions');
    expect(written({ steps: steps(most, 'x'.repeat(100)) })).not.toContain('transitions');
    const systems = many(manifestBounds.systemsPerPace + 1, (at) => `r${at}`);
    expect(written({ systems, steps: [] }, new Set(systems))).not.toContain('systems');
    expect(written({ systems: systems.slice(1), steps: [] }, new Set(systems))).toContain(
      'systems',
    );
  });

  it('does not name a system that the manifest has lost, nor go beyond its bounds', () => {
    const wild = { turnsPerMinute: 1e9, burst: 1e9, fanout: 1e9, systems: ['gone'] };
    const block = writePace('triage', paceOf({ ...wild, steps: [] }), resources);
    expect(faultsIn(block)).toEqual([]);
    expect(parse(block)).toEqual({
      pace: {
        turnsPerMinute: manifestBounds.turnsPerMinute,
        burst: manifestBounds.burst,
        fanout: manifestBounds.fanout,
      },
    });
  });
});
