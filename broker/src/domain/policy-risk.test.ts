import type { Scope } from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scopesOf, sessionIdOf } from '../doubles/ids.js';
import { resourceOf } from '../doubles/registries.js';
import { openedAt as now, pathOf } from '../doubles/sessions.js';
import { unixSeconds } from './instant.js';
import type { TokenGrant } from './policy.js';
import {
  childFaultAt,
  grantAtLevel,
  levelOfPath,
  narrowedLifetimeSecondsMax,
  observedLifetimeSecondsMax,
} from './policy-risk.js';
import { levels, reaches } from './risk.js';
import type { Task } from './task.js';

const access = { read: 'read', write: 'write', export: 'export', admin: 'admin' } as const;
const scopes = new Map(
  Object.entries(access).map(([name, kind]) => [name as Scope, { access: kind, canary: false }]),
);
const resource = resourceOf({ scopes });
const granted = (lifetimeSeconds: number, ...words: string[]): TokenGrant => ({
  resource,
  scopes: scopesOf(...words),
  expiresAt: unixSeconds(now) + lifetimeSeconds,
});
const declaring = (name: string): Task => ({
  grants: [{ resource: name, scopes: scopesOf('write'), destinations: ['hash' as never] }],
});

describe('grantAtLevel', () => {
  it('changes nothing while a session is calm', () => {
    const grant = granted(900, 'admin', 'read');
    expect(grantAtLevel(pathOf({}), grant, 'calm', now)).toEqual({ ok: true, value: grant });
  });

  // breaks when: a lifetime is set and not bounded
  it.each([
    ['observe', observedLifetimeSecondsMax],
    ['narrow', narrowedLifetimeSecondsMax],
  ] as const)(
    'lets a token live at most so long at %s, and never longer than granted',
    (level, most) => {
      for (const seconds of [15, most - 1, most, most + 1, 900]) {
        const done = grantAtLevel(pathOf({}), granted(seconds, 'read'), level, now);
        expect(done).toMatchObject({ value: granted(Math.min(seconds, most), 'read') });
      }
    },
  );

  it('leaves all scopes to a session under observation', () => {
    const done = grantAtLevel(pathOf({}), granted(60, 'admin', 'read'), 'observe', now);
    expect(done).toMatchObject({ value: { scopes: ['admin', 'read'] } });
  });

  // breaks when: what is too much is left out in silence, or `write` counts as reading
  it.each(['write', 'export', 'admin'])(
    'refuses `%s` to a narrowed session, mixed asks whole',
    (word) => {
      for (const words of [[word], ['read', word]]) {
        expect(grantAtLevel(pathOf({}), granted(60, ...words), 'narrow', now)).toEqual({
          ok: false,
          error: {
            reason: 'session_narrowed',
            missingScope: word,
            detail: { level: 'narrow', resource: 'crm', scope: word },
          },
        });
      }
    },
  );

  it('takes a scope that the resource does not have for none that reads', () => {
    const done = grantAtLevel(pathOf({}), granted(60, 'unknown'), 'narrow', now);
    expect(done).toMatchObject({ error: { reason: 'session_narrowed' } });
  });

  // breaks when: destinations of another resource count, or those of the session alone
  it('allows any scope where a task of the path declares destinations, and nowhere else', () => {
    const outcome = (...tasks: (Task | undefined)[]) => {
      const path = pathOf(...tasks.map((task) => ({ task })));
      return grantAtLevel(path, granted(60, 'write'), 'narrow', now).ok;
    };
    expect(outcome(declaring('crm'))).toBe(true);
    expect(outcome(declaring('crm'), undefined)).toBe(true);
    expect(outcome(undefined, declaring('crm'))).toBe(true);
    expect(outcome(declaring('mail'))).toBe(false);
    expect(outcome({ grants: [{ resource: 'crm', scopes: scopesOf('write') }] })).toBe(false);
  });

  it.each(['suspend', 'suspendTree', 'revoke'] as const)('grants nothing at %s', (level) => {
    const done = grantAtLevel(pathOf({ task: declaring('crm') }), granted(60, 'read'), level, now);
    expect(done).toMatchObject({ error: { reason: 'session_suspended' } });
  });

  // Law 1. breaks when: any level gives what a milder one does not
  it('never widens: what a level grants is within what policy and every milder level grant', () => {
    const word = fc.constantFrom(...Object.keys(access));
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1 }),
        fc.integer({ min: 15, max: 900 }),
        fc.constantFrom(undefined, declaring('crm'), declaring('mail')),
        (words, seconds, task) => {
          const grant = granted(seconds, ...words.sort());
          let [most, isOpen] = [grant.expiresAt, true];
          for (const level of levels) {
            const done = grantAtLevel(pathOf({ task }), grant, level, now);
            expect(!done.ok || isOpen, level).toBe(true);
            isOpen = done.ok;
            if (!done.ok) continue;
            expect(done.value.scopes).toEqual(grant.scopes);
            expect(done.value.expiresAt).toBeLessThanOrEqual(most);
            most = done.value.expiresAt;
          }
        },
      ),
    );
  });
});

describe('levelOfPath', () => {
  // breaks when: the level of the session itself is taken
  it('is the worst of all sessions of the path', () => {
    const path = pathOf({}, {}, {});
    for (const at of [1, 2, 3]) {
      for (const level of levels) {
        const levelOf = (id: string) => (id === sessionIdOf(at) ? level : 'observe');
        const worst = reaches(level, 'observe') ? level : 'observe';
        expect(levelOfPath(path, levelOf)).toBe(worst);
      }
    }
  });

  it('is calm for nobody', () => {
    expect(levelOfPath([], () => 'revoke')).toBe('calm');
  });
});

describe('childFaultAt', () => {
  it('lets nobody below a session that is narrowed or worse', () => {
    expect(levels.map((level) => childFaultAt(level)?.reason)).toEqual([
      undefined,
      undefined,
      'session_narrowed',
      'session_suspended',
      'session_suspended',
      'session_suspended',
    ]);
  });
});
