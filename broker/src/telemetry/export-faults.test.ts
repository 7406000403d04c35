import { expect, it } from 'vitest';
import { exportFaults } from './export-faults.js';
import type { LogFields } from './log-fields.js';

function told() {
  let now = 0;
  const lines: LogFields[] = [];
  const diag = exportFaults({ warn: (fields) => void lines.push(fields) }, () => now);
  const later = (millis: number) => {
    now += millis;
  };
  return { lines, diag, later };
}

// breaks when: each failed export is a line
it('a collector that fails is one line a minute, whatever it answers', () => {
  const { lines, diag, later } = told();
  for (let nth = 0; nth < 1_000; nth += 1) diag.error(`Export failed\n${'x'.repeat(10_000)}`);
  expect(lines).toEqual([{ fault: 'Export failed' }]);
  later(59_999);
  diag.warn('again');
  later(1);
  diag.warn('y'.repeat(10_000));
  expect(lines).toHaveLength(2);
  expect(String(lines[1]?.fault)).toHaveLength(200);
});

it('of an error that came as JSON the message is told, and no stack', () => {
  const { lines, diag } = told();
  diag.error('{"stack":"Error: x\\n    at y","message":"Request timed out","name":"Error"}');
  expect(lines).toEqual([{ fault: 'Request timed out' }]);
});

it('what is no fault is not told', () => {
  const { lines, diag } = told();
  diag.info('a');
  diag.debug('b');
  diag.verbose('c');
  expect(lines).toEqual([]);
});
