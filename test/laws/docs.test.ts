import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasons } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { auditTable } from '../../broker/src/domain/audit-table.js';
import { anchorsOf, docPages, linksOf, prose, repository } from '../support/doc-pages.js';

const pages = docPages();

describe('the documentation', () => {
  // breaks when: a page, a file or a heading that a page links to is gone
  it('links to what is there', () => {
    const links = pages.flatMap(linksOf);
    expect(links.length).toBeGreaterThan(100);
    const broken = links.filter(({ target, anchor }) => {
      if (!existsSync(join(repository, target))) return true;
      return anchor !== '' && !anchorsOf(target).has(anchor);
    });
    expect(
      broken.map(({ page, line, target, anchor }) => `${page}:${line} ${target}#${anchor}`),
    ).toEqual([]);
  });

  it('has no page that nobody finds', () => {
    const linked = new Map(
      pages.map((page) => [page.name, linksOf(page).map(({ target }) => target)]),
    );
    const found = new Set(['README.md']);
    for (const name of found) {
      for (const target of linked.get(name) ?? []) {
        if (linked.has(target)) found.add(target);
        // A link to a folder shows what lies in it.
        for (const each of linked.keys()) if (dirname(each) === target) found.add(each);
      }
    }
    expect([...linked.keys()].filter((name) => !found.has(name))).toEqual([]);
  });
});

/** Everything that the code of the packages names, as one text. */
function sources(): string {
  return ['proto/src', 'proto/schema', 'broker/src', 'sdk/agent/src', 'sdk/verifier/src']
    .flatMap((folder) =>
      (readdirSync(join(repository, folder), { recursive: true }) as string[])
        .filter((name) => /\.(ts|proto)$/.test(name) && !name.includes('.test.'))
        .map((name) => readFileSync(join(repository, folder, name), 'utf8')),
    )
    .join('\n');
}

/** Pages that a test writes from the tables of their packages: codes there are put together. */
const written = /^docs\/reference\/errors-/;

/** Names that stand in the pages between backticks, with the first place of each. */
function namesIn(form: RegExp): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const page of pages.filter(({ name }) => !written.test(name))) {
    for (const [index, line] of prose(page).split('\n').entries()) {
      for (const [, name = ''] of line.matchAll(form))
        if (!names.has(name)) names.set(name, `${page.name}:${index + 1}`);
    }
  }
  return names;
}

describe('a name in the documentation', () => {
  const code = sources();

  // breaks when: a refusal, an audit event or a field has another name and a page does not follow
  it('in snake case is a refusal, an audit event, or stands in the code', () => {
    const unknown = [...namesIn(/`([a-z]+(?:_[a-z0-9]+)+)`/g)].filter(
      ([name]) =>
        !(name in reasons) && !(name in auditTable) && !new RegExp(`\\b${name}\\b`).test(code),
    );
    expect(unknown).toEqual([]);
  });

  it('of the form CREANCE_… is a code of the SDK or a variable that something reads', () => {
    const unknown = [...namesIn(/`?\b(CREANCE_[A-Z_]+[A-Z])\b/g)].filter(([name]) => {
      const reason = name.slice('CREANCE_'.length).toLowerCase();
      return (
        !(reason in reasons) &&
        !code.includes(`'${name}'`) &&
        !new RegExp(`\\b${reason}:`).test(code)
      );
    });
    expect(unknown).toEqual([]);
  });
});

describe('the map of controls', () => {
  const text = pages.find(({ name }) => name === 'docs/controls.md')?.text ?? '';
  const named = [...text.matchAll(/`([\w./-]+\.ts)`: \*([^*]+)\*/g)].map(
    ([, file = '', title = '']) => ({ file, title }),
  );

  // breaks when: a test is renamed or removed, and a control claims to be shown by it
  it('names tests that there are', () => {
    expect(named.length).toBeGreaterThan(30);
    const gone = named.filter(({ file, title }) => {
      const path = join(repository, file);
      return !existsSync(path) || !hasTitle(readFileSync(path, 'utf8'), title);
    });
    expect(gone).toEqual([]);
  });

  it('says of each row what shows it, or that nothing does', () => {
    const rows = text.split('\n').filter((line) => /^\| [A-Z]+[\w.:-]*\d/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    const silent = rows.filter(
      (row) => !/\.ts`: \*/.test(row) && !/not covered|outside/i.test(row),
    );
    expect(silent).toEqual([]);
  });
});

/** Whether a file has a text of exactly these words: the title of a test, with `%s` where there is a table. */
function hasTitle(source: string, title: string): boolean {
  const escaped = title.replaceAll("'", "\\'");
  return [`'${escaped}'`, `"${title}"`, `\`${title}\``].some((quoted) => source.includes(quoted));
}
