import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { CreanceCommand } from '../support/creance-command.js';

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('creance-demo-'));

// breaks when: a part of the demo is told and does not happen, or a folder stays behind
it('creance demo plays a theft to the end of the tree, and leaves nothing', async () => {
  const before = left();
  const { code, result, words } = await CreanceCommand.run(['demo']);
  expect(words).toBe('');
  expect(code).toBe(0);
  expect(result.match(/GET \/contacts {2}200/g)).toHaveLength(3);
  expect(result).toContain('GET /contacts  401 proof_wrong_key');
  expect(result).toMatch(/hear of their end after \d+ and \d+ ms/);
  expect(result.match(/CREANCE_SESSION_REVOKED/g)).toHaveLength(2);
  expect(result).toMatch(/CUT {10}.*2 sessions ended/);
  expect(result).toMatch(/SIGNAL.*foreign_key, risk 1\.00/);
  expect(result).toMatch(/contacts enforces \d+/);
  expect(left()).toEqual(before);
});
