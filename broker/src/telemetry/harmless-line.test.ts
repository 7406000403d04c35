import pino from 'pino';
import { expect, it } from 'vitest';
import { harmlessLine } from './harmless-line.js';

// breaks when: the hook is left out, or a class of characters is
it('a line of the log says the same, and does nothing to a terminal', () => {
  const presented =
    'a\u001b[2J\u0007\u007f\u0085\u009b\u200b\u202e\u2028\u2029\u{e0001}é\u{1f600}\n"\\';
  let written = '';
  const logger = pino(
    { hooks: { streamWrite: harmlessLine } },
    { write: (line) => (written += line) },
  );
  logger.warn({ presented }, `call ${presented}`);
  expect(written.endsWith('}\n')).toBe(true);
  expect(written.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(written).toContain('é\u{1f600}');
  expect(JSON.parse(written)).toMatchObject({ presented, msg: `call ${presented}` });
});
