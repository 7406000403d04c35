import { expect, it } from 'vitest';
import { tracedSessionsMax, tracesPerSessionMax } from '../limits.js';
import { UsedTraces } from './used-traces.js';

it('traces are known by the session that was let through in them, the latest few', () => {
  const used = new UsedTraces();
  for (let nth = 0; nth <= tracesPerSessionMax; nth += 1) used.note('a', `t${nth}`);
  expect(used.has('a', 't0')).toBe(false);
  expect(used.has('a', 't1')).toBe(true);
  expect(used.has('b', 't1')).toBe(false);
});

// breaks when: sessions are remembered without a bound
it('no more sessions are remembered than `tracedSessionsMax`', () => {
  const used = new UsedTraces();
  for (let nth = 0; nth <= tracedSessionsMax; nth += 1) used.note(`s${nth}`, 't');
  expect(used.size).toBe(tracedSessionsMax);
  expect(used.has('s0', 't')).toBe(false);
});
