import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readManifest } from '../manifest/index.js';
import { init } from './init.js';

const folder = mkdtempSync(join(tmpdir(), 'creance-init-'));
const quiet = { result() {}, words() {} };
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
});
