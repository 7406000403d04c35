import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettingsFile } from './file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-settings-'));
  file = join(folder, 'creance.config.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(text: string) {
  writeFileSync(file, text);
  return readSettingsFile(file);
}

/** The lines of the faults of a file, from line and column on. */
async function faultsOf(text: string): Promise<string[]> {
  const found = await read(text);
  return found.ok ? [] : found.error.lines.map((line) => line.replace(`${file}:`, ''));
}

describe('readSettingsFile', () => {
  it('gives values and where they stand; paths are from the folder of the file', async () => {
    const found = await read(
      '# ours\nlisten: 0.0.0.0:7420\ndata: here\nmanifest: /etc/creance.yaml\nproviderAsns: [64500]\n',
    );
    if (!found.ok) throw new Error('refused');
    expect(found.value?.values).toEqual({
      listen: '0.0.0.0:7420',
      data: join(folder, 'here'),
      manifest: '/etc/creance.yaml',
      providerAsns: [64_500],
    });
    expect(['listen', 'data', 'logLevel'].map((key) => found.value?.placeOf(key))).toEqual([
      '2:1',
      '3:1',
      undefined,
    ]);
  });

  it.each(['', '# nothing yet\n', '---\n'])('takes a file that says nothing: %j', async (text) => {
    expect(await read(text)).toMatchObject({ ok: true, value: { values: {} } });
  });

  it.each([
    ['listn: 127.0.0.1:1', '1:1 listn: there is no key "listn" here — fix: did you mean "listen"?'],
    [
      'log-level: warn',
      '1:1 log-level: there is no key "log-level" here — fix: did you mean "logLevel"?',
    ],
    ['a: 1\n\n  b: 2', '1:4: this is not YAML'],
    ['logLevel: loud', '1:11 logLevel: "loud" is not one of its values'],
    ['historyMegabytes: -1', '1:19 historyMegabytes: "-1" is less than 0'],
    ['historyMegabytes: 65537', '1:19 historyMegabytes: "65537" is more than 65536'],
    ['historyMegabytes: 1e3', '1:19 historyMegabytes: "1e3" is not a whole number'],
    ['listen: 7420', '1:9 listen: this must be a text, not a number'],
    ['providerAsns: 64500', '1:15 providerAsns: this must be a list, not a number'],
    ['providerAsns: [0]', '1:16 providerAsns[0]: "0" is less than 1'],
    ['listen: a:1\nlisten: b:1', '2:1 listen: "listen" is defined twice, first on line 1'],
    ['- listen', '1:1: this must be a map, not a list'],
    ['listen: &a b', '1:9 listen: anchors are not allowed'],
    ['"listen\\u202e": x', '1:1 ["listen\\u202e"]: there is no key'],
  ])('names the fault of %j', async (text, fault) => {
    const faults = await faultsOf(`${text}\n`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).toContain('— fix: ');
  });

  it('names all faults together, by position', async () => {
    const faults = await faultsOf('tlsKye: a\nlogLevel: 1\nprovider: 2\n');
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['1', '2', '3']);
  });

  // breaks when: an act of one start becomes a key
  it('says why an act of one start is no key', async () => {
    expect(await faultsOf('restored: true\n')).toEqual([
      expect.stringContaining('fix: it is an act of one start: give --restored to creance serve'),
    ]);
  });

  it('says that a named file cannot be read, and needs none otherwise', async () => {
    const missing = await readSettingsFile(join(folder, 'none.yaml'));
    expect(missing).toMatchObject({
      ok: false,
      error: { code: 'settings_faulty', exitCode: 78 },
    });
    expect(missing.ok ? [] : missing.error.lines[0]).toContain('ENOENT');
  });
});
