import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

/** What stands between the two marks of a file, without its indentation. */
function shownOf(file: string): string {
  const shown = /^ *\/\/ README\n([\s\S]*?)^ *\/\/ end$/m.exec(read(file))?.[1] ?? '';
  return shown.replaceAll(/^ {2}/gm, '').trim();
}

describe('the TypeScript of the README', () => {
  // breaks when: a snippet is edited in one of the two places only
  it('is the code of the files beside this test, which the compiler has checked', () => {
    const snippets = [...read('../README.md').matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
    const files = readdirSync(new URL('.', import.meta.url)).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    const shown = snippets.map(([, text = '']) => text.trim()).sort();
    expect(shown).toEqual(files.map(shownOf).sort());
    expect(shown.length).toBeGreaterThan(3);
  });
});
