import { describe, expect, it } from 'vitest';
import { manifestBounds } from './bounds.js';
import { parseManifest } from './parse.js';

const head = 'apiVersion: creance/v1\nowners: { o: { contact: a } }\n';

function codesOf(text: string): string[] {
  const parsed = parseManifest(text, 'creance.yaml', { dev: true });
  return parsed.ok ? [] : parsed.error.map(({ code, path }) => `${code} ${path}`.trim());
}

function many(count: number, one: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => one(at)).join('');
}

const entryOf: Readonly<Record<string, (at: number) => string>> = {
  owners: (at) => ` n${at}: { contact: a }\n`,
  resources: (at) => ` n${at}: { audience: "urn:${at}", scopes: { s: { access: read } } }\n`,
  workloads: (at) => ` n${at}: { owner: o, class: batch, evidence: [{ kind: join-token }] }\n`,
  operators: (at) => ` n${at}: { roles: [viewer] }\n`,
};

function resourceOf(scopes: number): string {
  const map = many(scopes, (at) => `s${at}: { access: read }, `);
  return `${head}resources: { r: { audience: "urn:r", scopes: { ${map} } } }\n`;
}

function workloadOf(grants: number): string {
  const list = many(grants, (at) => `   - { resource: r, scopes: [s${at % 256}, t${at}] }\n`);
  const map = many(256, (at) => `s${at}: { access: read }, `);
  const first = `resources: { r: { audience: "urn:r", scopes: { ${map} } } }\n`;
  return `${head}${first}workloads:\n w:\n  owner: o\n  class: batch\n  evidence: [{ kind: join-token }]\n  grants:\n${list}`;
}

describe('a bound of the manifest', () => {
  it.each(Object.keys(entryOf))('lets 10,000 %s in and no more', (section) => {
    const most = manifestBounds.sectionEntries;
    const start = section === 'owners' ? 'apiVersion: creance/v1\n' : head;
    const text = (count: number) =>
      `${start}${section}:\n${many(count, entryOf[section] ?? String)}`;
    expect(codesOf(`${text(most)}# the end\n`)).toEqual([]);
    expect(codesOf(text(most + 1))).toEqual([`entries_too_many ${section}`]);
  });

  it('holds the scopes of a resource', () => {
    expect(codesOf(resourceOf(manifestBounds.scopesPerResource))).toEqual([]);
    const over = resourceOf(manifestBounds.scopesPerResource + 1);
    expect(codesOf(over)).toEqual(['entries_too_many resources.r.scopes']);
    expect(codesOf(over.replace('access: read', 'access: a'))).toEqual([
      'entries_too_many resources.r.scopes',
      'value_unknown resources.r.scopes.s0.access',
    ]);
  });

  it('holds the grants of a workload', () => {
    const most = manifestBounds.grantsPerWorkload;
    expect(codesOf(workloadOf(most)).every((code) => code.startsWith('scope_unknown'))).toBe(true);
    expect(codesOf(workloadOf(most + 1))).toContain('entries_too_many workloads.w.grants');
  });

  it('holds the depth and the workloads of a delegation', () => {
    const delegating = (depth: number, count: number) => {
      const workloads = many(count, entryOf['workloads'] ?? String);
      const to = Array.from({ length: count }, (_, at) => `n${at}`).join(', ');
      const own = `  w: { owner: o, class: batch, evidence: [{ kind: join-token }], delegation: { depth: ${depth}, to: [${to}] } }\n`;
      return `${head}workloads:\n${workloads}${own.slice(1)}`;
    };
    const most = manifestBounds.delegatesPerWorkload;
    expect(codesOf(delegating(7, most))).toEqual([]);
    expect(codesOf(delegating(7, most + 1))).toEqual([
      'entries_too_many workloads.w.delegation.to',
    ]);
    for (const depth of [0, 8, -1]) {
      expect(codesOf(delegating(depth, 1))).toEqual([
        'number_out_of_range workloads.w.delegation.depth',
      ]);
    }
  });

  it('holds the scopes of a grant, the roles of an operator and the length of a contact', () => {
    const scopes = many(33, (at) => `s${at}, `);
    const grant = workloadOf(1).replace(/scopes: \[s0, t0\]/, `scopes: [${scopes}]`);
    expect(codesOf(grant)).toEqual(['entries_too_many workloads.w.grants[0].scopes']);
    const roles = `${head}operators: { a: { roles: [${'viewer, '.repeat(manifestBounds.kinds + 1)}] } }`;
    expect(codesOf(roles)[0]).toBe('entries_too_many operators.a.roles');
    const contact = 'c'.repeat(manifestBounds.contactChars);
    expect(codesOf(head.replace('contact: a', `contact: ${contact}`))).toEqual([]);
    expect(codesOf(head.replace('contact: a', `contact: ${contact}c`))).toEqual([
      'text_too_long owners.o.contact',
    ]);
  });

  it('holds names at 64 characters', () => {
    const name = 'a'.repeat(64);
    expect(codesOf(`${head}operators: { ${name}: { roles: [viewer] } }`)).toEqual([]);
    expect(codesOf(`${head}operators: { ${name}a: { roles: [viewer] } }`)).toEqual([
      `name_malformed operators.${name}a`,
    ]);
  });

  it('holds depth, lines, bytes and keys of the file', () => {
    const lists = (depth: number) => `${head}a: ${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(codesOf(lists(manifestBounds.depth - 1))).toEqual(['key_unknown a']);
    expect(codesOf(lists(manifestBounds.depth))[0]).toMatch(/^nesting_too_deep a/);
    const lines = '\n'.repeat(manifestBounds.lines - 3);
    expect(codesOf(head + lines)).toEqual([]);
    expect(codesOf(`${head}\n${lines}`)).toEqual(['lines_too_many']);
    const comment = '#'.repeat(manifestBounds.bytes - head.length);
    expect(codesOf(head + comment)).toEqual([]);
    expect(codesOf(`${head}${comment}#`)).toEqual(['file_too_large']);
    const keys = head + many(manifestBounds.rootKeys - 2, (at) => `k${at}: 1\n`);
    expect(codesOf(keys)).toHaveLength(manifestBounds.rootKeys - 2);
    expect(codesOf(`${keys}last: 1\n`)).toEqual(['entries_too_many']);
  });

  it('holds the faults that are reported, and says that there are more', () => {
    const text = `${head}operators:\n${many(manifestBounds.faults + 1, (at) => ` n${at}: 1\n`)}`;
    const parsed = parseManifest(text, 'creance.yaml', { dev: true });
    const faults = parsed.ok ? [] : parsed.error;
    expect(faults).toHaveLength(manifestBounds.faults);
    expect(faults.at(-1)?.problem).toContain('more faults follow');
    expect(faults.at(-2)?.problem).not.toContain('more faults follow');
  });
});
