import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { knownVariables, misspelt } from './variables.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('misspelt', () => {
  it.each([
    ['CREANCE_LISTN', 'CREANCE_LISTEN'],
    ['CREANCE_KEYFILE', 'CREANCE_KEY_FILE'],
    ['creance_listen', 'CREANCE_LISTEN'],
    ['CREANCE_PUBLIC_ORIGN', 'CREANCE_PUBLIC_ORIGIN'],
  ])('takes %s for %s', (name, meant) => {
    expect(misspelt({ [name]: 'x' })).toEqual([{ name, meant }]);
  });

  it('says nothing of what is known, or somebody else’s', () => {
    const known = Object.fromEntries(knownVariables().map((name) => [name, 'x']));
    expect(misspelt({ ...known, CREANCE_TREE_SEED: '1', LISTN: 'x', CREANCE_: 'x' })).toEqual([]);
  });
});

describe('knownVariables', () => {
  /** What sources of the packages read from an environment. */
  function readIn(folder: string): string[] {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .filter((name) => !dirname(name).includes('settings'))
      .flatMap((name) => {
        const text = readFileSync(join(root, folder, name), 'utf8');
        const reads = /(?:env(?:ironment)?\[|settingOf\(\w+, |\.env\()'(CREANCE_[A-Z_]+)'/g;
        return [...text.matchAll(reads)].map(([, found]) => found ?? '');
      });
  }

  // breaks when: a package reads a variable that the reference does not have
  it('has every variable that a package reads', () => {
    const read = ['broker/src', 'sdk/agent/src', 'sdk/verifier/src', 'proto/src'].flatMap(readIn);
    expect(read).toContain('CREANCE_KEY_FILE');
    expect([...new Set(read)].filter((name) => !knownVariables().includes(name))).toEqual([]);
  });
});
