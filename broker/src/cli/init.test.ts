import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../manifest/index.js';
import { init } from './init.js';
import { initText } from './init-text.js';

let folder: string;
let words: string;
const quiet = {
  result() {},
  words(text: string) {
    words += `${text}
`;
  },
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-init-'));
  words = '';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('creance init', () => {
  it('writes a manifest that a broker takes outside development, and never writes it again', async () => {
    const file = join(folder, 'creance.yaml');
    init(file, quiet);
    expect((await readManifest(file, { dev: false })).ok).toBe(true);
    writeFileSync(file, 'mine');
    // breaks when: the flag is w
    expect(() => init(file, quiet)).toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('says what it cannot write', () => {
    expect(() => init(join(folder, 'no', 'creance.yaml'), quiet)).toThrow('ENOENT');
  });

  it('keeps the keys of a broker and of members out of version control', () => {
    init(join(folder, 'creance.yaml'), quiet);
    const ignored = readFileSync(join(folder, '.gitignore'), 'utf8');
    expect(ignored.split('\n')).toEqual(['creance-data/', '*.key.json', '']);
    expect(words).toContain('wrote');
  });

  // breaks when: a file of somebody else's is written over
  it.each([
    ['node_modules', 'creance-data/ and *.key.json'],
    ['/creance-data\r\nnode_modules/', 'hold keys: *.key.json'],
  ])('leaves a .gitignore of %j as it is, and names what it lacks', (text, lacks) => {
    writeFileSync(join(folder, '.gitignore'), text);
    init(join(folder, 'creance.yaml'), quiet);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe(text);
    expect(words).toContain('add to');
    expect(words).toContain(lacks);
  });

  it('says nothing of one that has the lines', () => {
    writeFileSync(join(folder, '.gitignore'), '*.key.json\ncreance-data\n');
    init(join(folder, 'creance.yaml'), quiet);
    expect(words).not.toContain('gitignore');
  });

  it('names no workload in a comment, where it would stay when the workload is renamed', () => {
    const comments = initText.split('\n').filter((line) => line.trim().startsWith('#'));
    expect(comments.join('\n')).not.toContain('support-triage');
    expect(comments.join('\n')).toContain('Nobody can approve yet');
  });
});
