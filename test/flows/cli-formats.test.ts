import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CreanceCommand } from '../support/creance-command.js';

const folder = mkdtempSync(join(tmpdir(), 'creance-formats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// breaks when: a command takes -o yaml and prints its table, or escapes JSON into something that is none
it('creance doctor says in YAML what it says in JSON, whatever characters a folder has', async () => {
  const args = ['doctor', '--data', join(folder, 'no\u202ewhere')];
  const json = await CreanceCommand.run([...args, '-o', 'json'], {}, folder);
  const yaml = await CreanceCommand.run([...args, '-o', 'yaml'], {}, folder);
  const findings = JSON.parse(json.result) as readonly { check: string; found: string }[];
  const folderOf = findings.find(({ check }) => check === 'data folder')?.found;
  expect(folderOf).toContain('no\u202ewhere');
  // Of each finding its line, and the folder with the character as YAML 1.2 §5.7 escapes it.
  expect(yaml.result.match(/^- check: /gm)).toHaveLength(findings.length);
  expect(yaml.result).toContain('no\\U0000202ewhere');
  expect(json.result + yaml.result).not.toContain('\u202e');
});
