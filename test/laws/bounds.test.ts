import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasons } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { beyond } from '../../broker/src/domain/limit-words.js';
import { limits } from '../../broker/src/domain/limits.js';
import { boundOfReason } from '../../broker/src/domain/refusal-bounds.js';

const sources = join(import.meta.dirname, '../../broker/src');
const files = (readdirSync(sources, { recursive: true }) as string[]).filter(
  (name) => name.endsWith('.ts') && !/\.test\.ts$|doubles|double-|domain\/limits\.ts/.test(name),
);
const source = files.map((name) => readFileSync(join(sources, name), 'utf8')).join('\n');
const tests = (readdirSync(sources, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(sources, name), 'utf8'))
  .join('\n');

// Law 9.
describe('every bound', () => {
  // breaks when: a limit is added that nothing keeps
  it.each(Object.keys(limits))('%s is kept by something', (name) => {
    expect(source).toMatch(new RegExp(`\\b${name}\\b`));
  });

  // breaks when: a reason of exhaustion is added without a row in boundOfReason or a count at its place
  it('that refuses by a reason is counted under its name', () => {
    const countedAtItsPlace = new Set(['request_too_large', 'connection_limit', 'rate_limited']);
    const exhausted = Object.entries(reasons).filter(([, { grpc }]) => grpc === 8);
    const uncounted = exhausted.filter(
      ([reason]) => !(reason in boundOfReason) && !countedAtItsPlace.has(reason),
    );
    expect(uncounted).toEqual([]);
    for (const name of Object.values(boundOfReason)) expect(limits).toHaveProperty(name);
  });

  // breaks when: the reference of limits names another reason than the broker counts the bound by
  it('that refuses by a reason says so in its words', () => {
    for (const [reason, name] of Object.entries(boundOfReason))
      expect(beyond[name]).toEqual({ reason });
    const refusing = Object.values(beyond).flatMap((row) => ('reason' in row ? [row.reason] : []));
    const exhausted = Object.entries(reasons).filter(([, { grpc }]) => grpc === 8);
    expect(refusing).toEqual(expect.arrayContaining(exhausted.map(([reason]) => reason)));
  });

  it('that refuses by a reason is reached in a test', () => {
    const suites = ['../conformance/store', '../hostile', '../access'].flatMap((folder) =>
      readdirSync(join(import.meta.dirname, folder)).map((name) =>
        readFileSync(join(import.meta.dirname, folder, name), 'utf8'),
      ),
    );
    const all = tests + suites.join('\n');
    for (const [reason, { grpc }] of Object.entries(reasons)) {
      if (grpc === 8) expect(all, reason).toContain(reason);
    }
  });
});
