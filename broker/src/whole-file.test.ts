import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWholeFile } from './whole-file.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-whole-file-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeWholeFile', () => {
  it('writes a file that only its owner reads, and leaves nothing beside it', () => {
    const file = join(folder, 'a.json');
    writeWholeFile(file, 'text');
    expect(readFileSync(file, 'utf8')).toBe('text');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  // breaks when: the file is written in place
  it('leaves the old file whole until the new one is', () => {
    const file = join(folder, 'a.json');
    writeWholeFile(file, 'old');
    const before = statSync(file).ino;
    writeFileSync(`${file}.draft`, 'half of a crash', { mode: 0o644 });
    writeWholeFile(file, 'new');
    expect(statSync(file).ino).not.toBe(before);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('writes nothing where there is no folder', () => {
    expect(() => writeWholeFile(join(folder, 'missing', 'a.json'), 'text')).toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });
});
