import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { blocksOf, type DocBlock, type DocPage, repository } from './doc-pages.js';

/** A part of a page that stands on its own lines. */
type Part = { readonly line: number; readonly code: string };

/** A block with all that it goes on from, on the lines where they stand on the page. */
interface Snippet {
  readonly file: string;
  readonly code: string;
}

/**
 * The `ts` blocks of a page as modules. A block marked `continues` goes on where the one before has ended;
 * what a comment `<!-- given … -->` above a block declares is there for it. Each module has as many lines
 * as the page, so that a fault in it has the page's line.
 */
function snippetsOf(page: DocPage): readonly Snippet[] {
  let sofar: readonly Part[] = [];
  return blocksOf(page)
    .filter(({ language }) => language === 'ts')
    .map((block) => {
      sofar = block.marks.has('continues') ? [...sofar, ...partsOf(block)] : partsOf(block);
      const lines: string[] = [];
      for (const { line, code } of sofar) {
        while (lines.length < line - 1) lines.push('');
        lines.push(...code.trimEnd().split('\n'));
      }
      return { file: `${page.name}~${block.line}.ts`, code: `${lines.join('\n')}\n` };
    });
}

function partsOf({ given, line, code }: DocBlock): readonly Part[] {
  return [...(given === undefined ? [] : [given]), { line, code }];
}

/** Folders whose packages a reader of the pages has installed. */
const installed = ['.', 'agents-examples', 'agents-examples/adapters'];

/** Compiles all snippets at once against the types that the packages publish; gives `page:line: what`. */
export async function snippetFaults(pages: readonly DocPage[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'creance-snippets-'));
  try {
    install(folder);
    for (const { file, code } of pages.flatMap(snippetsOf)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), code);
    }
    return await compile(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function install(folder: string): void {
  for (const place of installed) {
    const modules = join(repository, place, 'node_modules');
    for (const name of packagesOf(modules)) {
      const target = join(folder, 'node_modules', name);
      mkdirSync(dirname(target), { recursive: true });
      rmSync(target, { force: true });
      symlinkSync(join(modules, name), target);
    }
  }
  // What the pages tell to copy into a project of one's own.
  const adapters = join(repository, 'agents-examples/adapters/dist');
  mkdirSync(join(folder, 'docs/how-to'), { recursive: true });
  symlinkSync(adapters, join(folder, 'docs/how-to/adapters'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
}

function packagesOf(modules: string): readonly string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`)
        : [name],
    );
}

const settings = {
  compilerOptions: {
    ...{ target: 'ES2023', lib: ['ES2023', 'DOM', 'DOM.Iterable'], module: 'NodeNext' },
    ...{ moduleDetection: 'force', types: ['node'], strict: true, noEmit: true },
    ...{ noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true },
    ...{ erasableSyntaxOnly: true, verbatimModuleSyntax: true, skipLibCheck: true },
  },
  include: ['*.ts', 'docs/**/*.ts'],
  exclude: ['docs/how-to/adapters'],
};

function compile(folder: string): Promise<readonly string[]> {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [tsc, '-p', folder, '--pretty', 'false'],
      { cwd: folder },
      (fault, out) => {
        if (fault === null) return resolve([]);
        const lines = out.split('\n').filter(Boolean);
        resolve(lines.map((line) => line.replace(/~\d+\.ts\((\d+),\d+\)/, ':$1')));
      },
    );
  });
}
