import { stripVTControlCharacters } from 'node:util';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { harmlessLine } from '../telemetry/harmless-line.js';
import { terminalLine } from './terminal-log.js';

function written(fields: object, text: string): string {
  let all = '';
  const stream = {
    write(line: string) {
      all += terminalLine(line);
    },
  };
  pino({ level: 'info', hooks: { streamWrite: harmlessLine } }, stream).warn(fields, text);
  return stripVTControlCharacters(all);
}

const refusal = {
  requestId: 'Zbf',
  method: '/creance.v1.SessionService/IssueToken',
  address: '127.0.0.1',
  caller: 'a'.repeat(22),
  reason: 'scope_not_granted',
  detail: { scope: 'contacts:export' },
  presented: 'contacts:export at crm',
  nearest: 'contacts:read',
  missing: 'contacts:export',
  fix: 'ask for less',
};

describe('terminalLine', () => {
  it('says of a refusal when, what, why, what to do and which request, in one line', () => {
    expect(written(refusal, 'call refused')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}WARN {3}call refused {2}scope_not_granted {2}missing contacts:export {2}fix: ask for less {2}request Zbf\n$/,
    );
  });

  it('says all of another line but the stack, and no more of a field than fits', () => {
    const text = written({ fault: 'x'.repeat(500), rows: 2, stack: 'at here' }, 'call failed');
    expect(text).toContain(`call failed  fault ${'x'.repeat(200)}…  rows 2`);
    expect(text).not.toContain('at here');
  });

  // breaks when: JSON.parse gives back what harmlessLine has escaped, and nobody escapes it again
  it('does nothing to the terminal, whatever names strangers have sent', () => {
    const hostile = 'a\u001b[2J\u0007\u009b\u202e\u2028\nWARN forged';
    for (const text of [
      written({ ...refusal, reason: hostile, missing: hostile, fix: hostile }, hostile),
      written({ [hostile]: { deep: hostile } }, hostile),
      terminalLine(`not JSON ${hostile}\n`),
    ]) {
      expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text.match(/\n/g)).toHaveLength(1);
    }
  });

  it.each(['', 'null\n', '7', '{"level":"loud","time":"never"}'])('takes a line of %j', (line) => {
    expect(terminalLine(line).endsWith('\n')).toBe(true);
  });
});
