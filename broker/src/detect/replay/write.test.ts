import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from '../watch/action.js';
import { parseEvent } from './parse-recorded.js';
import { sessionOf } from './recorded-session.js';
import { lineOf } from './write.js';

const doer = { session: 's', actor: 'w', class: 'agent', dataset: 'live' } as const;

const seen: fc.Arbitrary<Action> = fc.record({
  atMillis: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  resource: fc.stringMatching(/^[a-z0-9._-]{1,64}$/),
  name: fc.stringMatching(/^[ -~]{1,128}$/),
  sensitivity: fc.constantFrom('read', 'auth', 'write_admin'),
  denied: fc.boolean(),
  destinations: fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), { maxLength: 8 }),
  isDeclared: fc.option(fc.boolean(), { nil: undefined }),
  network: fc.constantFrom('192.0.2.0/24', '2001:db8:7::/48', 'AS64500', 'provider', undefined),
  client: fc.constantFrom('curl', 'creance-sdk', undefined),
  binding: fc.constantFrom('none', 'other', undefined),
  device: fc.constant(undefined),
  isStrong: fc.boolean(),
});

describe('lineOf', () => {
  // breaks when: a field is written that is read back as something else
  it('writes a line that comes back as the same action', () => {
    fc.assert(
      fc.property(seen, (action) => {
        const line = lineOf(action, doer);
        expect(line).not.toContain('\n');
        expect(line).not.toMatch(/"src_ip":"[^"]*\//);
        const [recorded] = sessionOf([parseEvent('f:1', line)]).actions;
        // Times of files begin at one, because none is zero.
        const atMillis = (action.atMillis ?? 0) + 1;
        expect(recorded?.action).toEqual({ ...action, atMillis });
        expect(recorded).toMatchObject({ actor: 'w', kind: 'agent', isAttack: false });
      }),
    );
  });

  it('says that a proof by the bound key was there, and not which key', () => {
    const action = fc.sample(seen, { numRuns: 1, seed: 1 })[0] as Action;
    const line = lineOf({ ...action, binding: 'bound' }, doer);
    expect(sessionOf([parseEvent('f:1', line)]).actions[0]?.action.binding).toBe('bound');
    expect(JSON.parse(line)).toMatchObject({ key_binding: 'jkt-bound', label: 'unknown' });
  });
});
