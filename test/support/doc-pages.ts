import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The folder of the whole repository. */
export const repository: string = resolve(import.meta.dirname, '../..');

/** A page of the documentation. */
export interface DocPage {
  /** Path from the root of the repository. */
  readonly name: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface DocBlock {
  readonly page: string;
  /** Line of the page, from 1, of the first line of code. */
  readonly line: number;
  readonly language: string;
  /** The other words of the fence: `run`, `file=service.ts`. */
  readonly marks: ReadonlyMap<string, string>;
  readonly code: string;
  /** What a comment `<!-- given … -->` right above the block declares for it, and where its first line is. */
  readonly given: { readonly line: number; readonly code: string } | undefined;
}

/** README and everything under `docs`, by name. */
export function docPages(): readonly DocPage[] {
  const below = readdirSync(join(repository, 'docs'), { recursive: true }) as string[];
  const names = below.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return ['README.md', ...names.toSorted()].map((name) => ({
    name,
    text: readFileSync(join(repository, name), 'utf8'),
  }));
}

const fence = /^(?:<!-- given\n([\s\S]*?)-->\n+)?```(\w*)([^\n]*)\n([\s\S]*?)^```$/gm;

/** The fenced blocks of a page, in order. */
export function blocksOf({ name, text }: DocPage): readonly DocBlock[] {
  const lineAt = (index: number) => text.slice(0, index).split('\n').length;
  return [...text.matchAll(fence)].map((match) => {
    const [whole, given, language = '', marks = '', code = ''] = match;
    const start = match.index + whole.length - code.length - '```'.length;
    return {
      page: name,
      line: lineAt(start),
      language,
      code,
      marks: new Map(marks.trim().split(/\s+/).filter(Boolean).map(keyAndValue)),
      given: given === undefined ? undefined : { line: lineAt(match.index) + 1, code: given },
    };
  });
}

function keyAndValue(mark: string): [string, string] {
  const at = mark.indexOf('=');
  return at === -1 ? [mark, ''] : [mark.slice(0, at), mark.slice(at + 1)];
}

/** The text of a page without its fenced blocks; lines stay where they are. */
export function prose({ text }: DocPage): string {
  return text.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** A link to somewhere in the repository. */
export interface DocLink {
  readonly page: string;
  readonly line: number;
  /** Path from the root of the repository. */
  readonly target: string;
  /** The part after `#`, empty when there is none. */
  readonly anchor: string;
}

/** Links of a page that lead to no other site. */
export function linksOf(page: DocPage): readonly DocLink[] {
  return prose(page)
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, href = '']) => href)
        .filter((href) => !/^[a-z]+:/.test(href))
        .map((href) => {
          const [path = '', anchor = ''] = href.split('#');
          const from = join(repository, page.name);
          const target = path === '' ? from : resolve(dirname(from), path);
          return { page: page.name, line: index + 1, target: relative(repository, target), anchor };
        }),
    );
}

/** Anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(name: string): ReadonlySet<string> {
  const file = join(repository, name);
  if (!existsSync(file) || !name.endsWith('.md')) return new Set();
  const text = prose({ name, text: readFileSync(file, 'utf8') });
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
