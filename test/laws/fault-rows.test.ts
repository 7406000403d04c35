import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../support/doc-pages.js';

interface Row {
  readonly id: string;
  readonly fault: string;
  readonly shows: string;
  /** Tests that hold it under another name. */
  readonly tests?: readonly { readonly file: string; readonly title: string }[];
  /** What its own test does not reach of it. */
  readonly short?: string;
  /** Why nothing shows it yet. */
  readonly why?: string;
}

const rowsMax = 82;
const text = (file: string) => readFileSync(join(repository, file), 'utf8');
const rows: readonly Row[] = JSON.parse(text('test/faults/rows.json'));

/** The ids that names of tests carry: a comment that speaks of a row shows nothing. */
function namedRows(): ReadonlySet<string> {
  const files = globSync('test/{faults,fuzz,hostile,interop,simulator}/**/*.test.ts', {
    cwd: repository,
  });
  const code = files.map((file) => text(file).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, ''));
  return new Set(code.flatMap((each) => each.match(/\bF-\d\d\b/g) ?? []));
}

describe('the table of faults', () => {
  it('has every row once, in order', () => {
    const ids = Array.from({ length: rowsMax }, (_, at) => `F-${String(at + 1).padStart(2, '0')}`);
    expect(rows.map(({ id }) => id)).toEqual(ids);
    for (const { fault, shows } of rows) expect([fault, shows]).not.toContain('');
  });

  // breaks when: the test of a row is removed or renamed, and the row still says nothing of it
  it('has a test named after each row, or says where else it is shown, or why it is not', () => {
    const named = namedRows();
    const silent = rows.filter(({ id, tests, why }) => !named.has(id) && !tests && !why);
    expect(silent.map(({ id }) => id)).toEqual([]);
    expect([...named].filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
  });

  // breaks when: a test that a row names by its title is gone
  it('names only tests that exist', () => {
    const all = rows.flatMap(({ id, tests = [] }) => tests.map((test) => ({ id, ...test })));
    expect(all.filter(({ file, title }) => !text(file).includes(title))).toEqual([]);
  });
});
