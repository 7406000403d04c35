import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { handleOf } from '../doubles/ids.js';
import { openedAt, pathOf, sessionOf } from '../doubles/sessions.js';
import { plusSeconds } from './instant.js';
import { lineageOf, mayRevalidate, pathFault, sessionFault } from './session.js';

const [earlier, later] = [5 as Revision, 9 as Revision];
const byWatch = { suspendedAt: later, heldFor: 'watch' as const };

describe('a session that is held', () => {
  // breaks when: a held session idles out, so that nobody can let it go any more
  it('does not idle out, and reaches its absolute end', () => {
    const absoluteEndAt = plusSeconds(openedAt, 7_200);
    const held = sessionOf(1, { ...byWatch, absoluteEndAt });
    expect(sessionFault(held, plusSeconds(openedAt, 7_199), 600)).toBeUndefined();
    expect(sessionFault(held, absoluteEndAt, 600)).toBe('session_expired');
  });

  // breaks when: the hold of one ancestor counts only when all are held
  it('holds all that is below it, and nobody above', () => {
    const now = plusSeconds(openedAt, 10);
    expect(pathFault(pathOf(byWatch, {}, {}), now, 600)).toBe('session_suspended');
    expect(pathFault(pathOf({}, {}, byWatch), now, 600)).toBe('session_suspended');
    expect(pathFault(pathOf({}, {}), now, 600)).toBeUndefined();
  });
});

describe('mayRevalidate', () => {
  it('lets a session be bound to another key that the watch holds itself', () => {
    expect(mayRevalidate(pathOf(byWatch))).toBe(true);
    expect(mayRevalidate(pathOf({}, byWatch))).toBe(true);
    expect(mayRevalidate(pathOf({ ...byWatch, suspendedAt: earlier }, byWatch))).toBe(true);
  });

  it.each([
    ['nobody', []],
    ['nothing holds', pathOf({})],
    ['only its parent’s hold reaches', pathOf(byWatch, byWatch)],
    ['the parent is held and not it', pathOf(byWatch, {})],
    ['a theft holds', pathOf({ suspendedAt: later, heldFor: 'theft' })],
    ['an operator holds', pathOf({ suspendedAt: later, heldFor: 'operator' })],
    [
      'somebody else holds an ancestor of',
      pathOf({ suspendedAt: earlier, heldFor: 'theft' }, byWatch),
    ],
  ])('refuses whom %s', (_name, path) => {
    expect(mayRevalidate(path)).toBe(false);
  });
});

describe('lineageOf', () => {
  // breaks when: principals or upstream sessions are left out, and a logout reaches nothing
  it('holds everybody it is for, and every login above it', () => {
    const [ada, bob] = [handleOf('ada'), handleOf('bob')];
    const path = pathOf(
      { principal: ada, upstream: handleOf('login 1') },
      { principal: bob, upstream: handleOf('login 2') },
      { principal: ada, upstream: undefined },
    );
    expect(lineageOf(path)).toMatchObject({
      principals: [ada, bob],
      upstreams: [handleOf('login 1'), handleOf('login 2')],
    });
  });
});
