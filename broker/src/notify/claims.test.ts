import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type Happening, nowhere, type Occurrence } from '../domain/event.js';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { sessionIdOf } from '../doubles/ids.js';
import { claimsOf } from './claims.js';
import { routesOf } from './routes.js';

const issuer = 'https://creance.example.internal';

function occurrenceOf(what: Happening, over: Partial<Occurrence> = {}): Occurrence {
  const at = 1_764_000_000_500_000 as Instant;
  const reached = { workloads: ['triage'], owners: ['team'] };
  return { at, cause: 'request-1', ...nowhere, owner: 'team', reached, what, ...over };
}

const cut = (reason: string, of: 'session' | 'workload' = 'session'): Happening => {
  const revision = 7 as Revision;
  return { kind: 'cut', of, name: 'x', author: 'ann', reason, sessionsEnded: 2, revision };
};

const signal = (response: string): Happening => {
  return { kind: 'signal', signal: 'pace', risk: 0.6, evidence: 'too fast', response };
};

describe('claimsOf', () => {
  it('says a revoked session in the words of CAEP, with an opaque subject and its issuer', () => {
    const session = sessionIdOf('one');
    const claims = claimsOf(issuer, occurrenceOf(cut('stolen'), { session, workload: 'triage' }));
    expect(JSON.parse(claims)).toEqual({
      toe: 1_764_000_000,
      txn: 'request-1',
      sub_id: {
        format: 'complex',
        session: { format: 'opaque', id: session },
        user: { format: 'iss_sub', iss: issuer, sub: 'triage' },
        tenant: { format: 'iss_sub', iss: issuer, sub: 'team' },
      },
      events: {
        'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {
          event_timestamp: 1_764_000_000,
          initiating_entity: 'admin',
          reason_admin: { en: 'stolen' },
          creance: {
            kind: 'cut',
            of: 'session',
            name: 'x',
            author: 'ann',
            reason: 'stolen',
            sessionsEnded: 2,
            revision: 7,
            workloads: ['triage'],
          },
        },
      },
    });
  });

  it('says what CAEP has no word for by a URI of ours', () => {
    const claims = JSON.parse(claimsOf(issuer, occurrenceOf(cut('stolen', 'workload'))));
    expect(Object.keys(claims.events)).toEqual(['https://creance.dev/events/cut']);
  });

  // breaks when: what is too large is thrown, which would keep everything behind it waiting for ever
  it('is never larger than its bound, whatever the words are', () => {
    const workloads = Array.from({ length: 64 }, (_, at) => `${at}`.padEnd(64, 'x'));
    const reached = { workloads, owners: ['team'] };
    for (const reason of ['\u0000'.repeat(5_000), '\u{1f426}'.repeat(5_000), 'x'.repeat(100_000)]) {
      const what = { ...cut(reason), name: workloads.join(', ').repeat(3) } as Happening;
      const claims = claimsOf(issuer, occurrenceOf(what, { reached }));
      expect(Buffer.byteLength(claims)).toBeLessThanOrEqual(limits.deliveryBytes);
      expect(claims).toContain('session-revoked');
    }
  });
});

describe('routesOf', () => {
  const receiver = { url: 'https://hooks.example/', allowPrivate: false };
  const owner = (name: string) => ({
    name,
    contact: 'x',
    escalation: undefined,
    notify: { contact: receiver, escalation: receiver },
  });
  const owners = new Map(['team', 'desk', 'else'].map((name) => [name, owner(name)]));
  const targets = (what: Happening, over: Partial<Occurrence> = {}) =>
    routesOf({ owners } as never, occurrenceOf(what, over)).map((each) =>
      Object.values(each).join(' '),
    );

  it.each([
    ['observe', []],
    ['would have', []],
    ['would have, not every rule is enforced', []],
    ['alert, not every rule is enforced', ['team contact']],
    ['narrow', ['team contact']],
    ['narrow, automatic suspensions are capped: perOwner', ['team contact']],
    ['suspendTree', ['team contact']],
    ['tokens_cut', ['team contact']],
  ])('sends a signal that was answered with %s to %j', (response, expected) => {
    expect(targets(signal(response))).toEqual(expected);
  });

  it('sends a cut to contact and escalation of every owner that it reaches, and of all when it may be any', () => {
    const reached = { workloads: [], owners: ['desk', 'team'] };
    expect(targets(cut('x'), { reached })).toEqual([
      'team contact',
      'team escalation',
      'desk contact',
      'desk escalation',
    ]);
    expect(targets(cut('x'), { reached: undefined })).toHaveLength(6);
  });
});
