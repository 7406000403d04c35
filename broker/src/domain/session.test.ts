import type { SessionId } from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handleOf, sessionIdOf } from '../doubles/ids.js';
import { openedAt, sessionOf } from '../doubles/sessions.js';
import { type Instant, plusSeconds, unixSeconds } from './instant.js';
import { lineageOf, pathFault, type SessionEnd, sessionFault } from './session.js';

const idle = 600;
const soon = plusSeconds(openedAt, 1);
const micros = (instant: Instant, by: number) => (instant + by) as Instant;

describe('sessionFault', () => {
  it('finds nothing wrong with a live session', () => {
    expect(sessionFault(sessionOf(1), soon, idle)).toBeUndefined();
  });

  it.each([
    ['revoked', 'session_revoked'],
    ['ended', 'session_ended'],
    ['expired', 'session_expired'],
  ] as const)('refuses a session that was %s, whatever the time', (end, fault) => {
    for (const now of [micros(openedAt, -1_000_000), soon, plusSeconds(openedAt, 1e6)]) {
      expect(sessionFault(sessionOf(1, { end }), now, idle)).toBe(fault);
    }
  });

  // breaks when: `>=` becomes `>` at the absolute end
  it('ends a session at its absolute end, to the microsecond', () => {
    const absoluteEndAt = plusSeconds(openedAt, 100);
    const session = sessionOf(1, { absoluteEndAt });
    expect(sessionFault(session, micros(absoluteEndAt, -1), idle)).toBeUndefined();
    expect(sessionFault(session, absoluteEndAt, idle)).toBe('session_expired');
  });

  // breaks when: `>=` becomes `>` at the idle end
  it('ends a session at its idle end, to the microsecond, counted from its last activity', () => {
    const session = sessionOf(1, { activeAt: plusSeconds(openedAt, 50) });
    const idleEnd = plusSeconds(openedAt, 50 + idle);
    expect(sessionFault(session, micros(idleEnd, -1), idle)).toBeUndefined();
    expect(sessionFault(session, idleEnd, idle)).toBe('session_expired');
  });

  it('lets no activity reach beyond the absolute end', () => {
    const absoluteEndAt = plusSeconds(openedAt, 100);
    const session = sessionOf(1, { absoluteEndAt, activeAt: plusSeconds(openedAt, 99) });
    expect(sessionFault(session, absoluteEndAt, idle)).toBe('session_expired');
  });
});

describe('pathFault', () => {
  const path = [sessionOf('root'), sessionOf('middle'), sessionOf('leaf')];

  it('finds nothing wrong with a path of live sessions', () => {
    expect(pathFault(path, soon, idle)).toBeUndefined();
  });

  // breaks when: pathFault looks at the parent only, or at the root only
  it('refuses for any one ancestor that has ended, in whatever way and wherever', () => {
    const ends: readonly SessionEnd[] = ['revoked', 'ended', 'expired'];
    const ways = [
      ...ends.map((end) => ({ end })),
      { absoluteEndAt: soon },
      { activeAt: micros(soon, -idle * 1_000_000) },
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.nat(),
        fc.constantFrom(...ways),
        (depth, which, way) => {
          const chain = Array.from({ length: depth }, (_, at) => sessionOf(at));
          const at = which % (depth - 1);
          chain[at] = sessionOf(at, way);
          expect(pathFault(chain, soon, idle)).toBe('ancestor_ended');
        },
      ),
    );
  });

  it('names the fault of the session itself before that of an ancestor', () => {
    const [root, middle] = [sessionOf('root', { end: 'revoked' }), sessionOf('middle')];
    expect(pathFault([root, middle, sessionOf('leaf', { end: 'ended' })], soon, idle)).toBe(
      'session_ended',
    );
  });
});

describe('lineageOf', () => {
  it('holds every handle that can end the path, each once, in order from the root', () => {
    const path = [
      sessionOf('root', { member: handleOf('a'), evidenceKey: handleOf('key 1') }),
      sessionOf('middle', { member: handleOf('b'), evidenceKey: handleOf('key 2') }),
      sessionOf('leaf', { member: handleOf('a'), evidenceKey: handleOf('key 1') }),
    ];
    expect(lineageOf(path)).toEqual({
      sessions: ['root', 'middle', 'leaf'].map((name) => sessionIdOf(name)),
      upstreams: [],
      principals: [],
      workloads: [handleOf('a'), handleOf('b')],
      owners: [handleOf('support-platform')],
      evidenceIssuers: [handleOf('join token')],
      evidenceKeys: [handleOf('key 1'), handleOf('key 2')],
    });
  });

  // breaks when: lineageOf takes a handle of the leaf only
  it('leaves out no ancestor: whatever is cut on the path is in it', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, names, (members, keys) => {
        const path = members.map((name, at) =>
          sessionOf(at, { member: handleOf(name), evidenceKey: handleOf(keys[at] ?? 'a') }),
        );
        const lineage = lineageOf(path);
        for (const session of path) {
          expect(lineage.sessions).toContain(session.id);
          expect(lineage.workloads).toContain(session.member);
          expect(lineage.owners).toContain(session.owner);
          expect(lineage.evidenceIssuers).toContain(session.evidenceIssuer);
          expect(lineage.evidenceKeys).toContain(session.evidenceKey);
        }
        expect(lineage.sessions.at(-1)).toBe(path.at(-1)?.id as SessionId);
      }),
    );
  });
});

describe('an instant', () => {
  it('is rounded down to seconds, and back by whole seconds', () => {
    expect(unixSeconds(1_999_999 as Instant)).toBe(1);
    expect(unixSeconds(-1 as Instant)).toBe(-1);
    expect(plusSeconds(1_999_999 as Instant, 2)).toBe(3_999_999);
  });
});
