import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { LiveSession } from './live-session.js';
import { targetOf } from './target.js';

const tree = (rows: readonly [string, string | undefined][]) =>
  rows.map(([id, parent]) => ({ id, parent, root: 'root' }) as unknown as LiveSession);
const root = 'root' as SessionId;

function target(rows: readonly [string, string | undefined][], evidence: Record<string, number>) {
  return targetOf(tree(rows), ({ id }) => evidence[id] ?? 0, root);
}

const family: readonly [string, string | undefined][] = [
  ['root', undefined],
  ['a', 'root'],
  ['b', 'root'],
  ['a1', 'a'],
];

describe('targetOf', () => {
  it('finds the lowest session that holds most of the evidence', () => {
    expect(target(family, { a1: 2, b: 0.1 })).toBe('a1');
  });

  it('takes the parent when its children share the evidence', () => {
    expect(target(family, { a: 1, a1: 1 })).toBe('a');
  });

  it('takes the root when the evidence is spread over siblings', () => {
    // breaks when: mostOfIt is 0.4
    expect(target(family, { a1: 1, b: 1 })).toBe('root');
  });

  it('takes the root when there is none', () => {
    expect(target([], {})).toBe('root');
  });
});
