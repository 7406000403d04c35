import type { Revision } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../domain/limits.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { cutRow, cutRows, FakeLine, FakeLog } from '../doubles/feed.js';
import { sessionIdOf } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import type { LogRow } from '../store/store.js';
import { Feed } from './feed.js';
import type { Subscriber } from './subscriber.js';

const signer = newSigner();
let clock: FakeClock;
let log: FakeLog;
let feed: Feed;

beforeEach(() => {
  vi.useFakeTimers();
  clock = new FakeClock();
  log = new FakeLog();
  log.commit(...cutRows(1, 5));
  feed = new Feed({ issuer: 'i', signer, clock, store: log, onOverflow: () => {} });
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

function subscribe(verifier: string) {
  const line = new FakeLine();
  const session = sessionIdOf(verifier);
  const name = { session, resource: 'crm' };
  return { line, session, subscriber: feed.subscribe(name, line, 5 as Revision) as Subscriber };
}

/** The row that cuts a session of a verifier. */
function cutOf(revision: number, verifier: string): LogRow {
  const entry = { kind: 'handle', handle: sessionIdOf(verifier), absolute: true } as const;
  return { revision: revision as Revision, entry };
}

describe('a verifier whose own session has ended', () => {
  // breaks when: rows of the log are not compared with the sessions of subscribers
  it.each([
    ['revoked', 'session_revoked'],
    ['ended', 'session_ended'],
    ['expired', 'session_expired'],
    [undefined, 'session_ended'],
  ] as const)('hears of it at once and nothing more: %s', (end, reason) => {
    const gone = subscribe('gone');
    const other = subscribe('other');
    log.dead.set(gone.session, end);
    log.append(cutOf(6, 'gone'));
    log.append(cutRow(7));
    vi.advanceTimersByTime(10);
    expect(gone.line.ends).toEqual([reason]);
    expect(gone.line.revisions).toEqual([6]);
    expect(other.line.ends).toEqual([]);
    expect(other.line.revisions).toEqual([6, 7]);
    expect(feed.subscribers()).toEqual([other.subscriber]);
  });

  // breaks when: onRows does not flush before it ends the dead
  it('hears of it at a busy moment too', () => {
    const gone = subscribe('gone');
    log.append(cutRow(6));
    log.append(cutRow(7));
    log.dead.set(gone.session, 'revoked');
    log.append(cutOf(8, 'gone'));
    expect(gone.line.revisions).toEqual([6, 7, 8]);
    expect(gone.line.ends).toEqual(['session_revoked']);
  });

  it('is ended by a cut of everything before a revision', () => {
    const gone = subscribe('gone');
    log.dead.set(gone.session, 'revoked');
    log.append({ revision: 6 as Revision, entry: { kind: 'before', before: 6 as Revision } });
    expect(gone.line.ends).toEqual(['session_revoked']);
  });

  it('is ended at the next heartbeat when its end is no row yet', () => {
    const idle = subscribe('idle');
    clock.advance(limits.sessionIdleSeconds);
    vi.advanceTimersByTime(limits.heartbeatSeconds * 1_000);
    expect(idle.line.ends).toEqual(['session_expired']);
    expect(feed.subscribers()).toEqual([]);
  });

  it('ends every subscription that it has', () => {
    const [one, two] = [subscribe('gone'), subscribe('gone')];
    log.dead.set(one.session, 'revoked');
    log.append(cutOf(6, 'gone'));
    expect([one.line.ends, two.line.ends]).toEqual([['session_revoked'], ['session_revoked']]);
  });
});

describe('an acknowledgement', () => {
  it('is noted for every subscription of the session and no other', () => {
    const [one, two, other] = [subscribe('a'), subscribe('a'), subscribe('b')];
    feed.acknowledge(one.session, 4 as Revision);
    expect([one, two, other].map(({ subscriber }) => subscriber.acknowledged)).toEqual([4, 4, 0]);
  });

  it('never goes back', () => {
    const { session, subscriber } = subscribe('a');
    feed.acknowledge(session, 4 as Revision);
    feed.acknowledge(session, 3 as Revision);
    expect(subscriber.acknowledged).toBe(4);
  });

  // breaks when: the comparison with what was published is dropped: then a verifier that says it
  // enforces everything to come counts as confirmed for cuts that it has not heard of
  it('counts for nothing when it is above what was published', () => {
    const { session, subscriber } = subscribe('a');
    feed.acknowledge(session, 6 as Revision);
    expect(subscriber.acknowledged).toBe(0);
    log.append(cutRow(6));
    log.append(cutRow(7));
    feed.acknowledge(session, 7 as Revision);
    expect(subscriber.acknowledged).toBe(0);
    feed.acknowledge(session, 6 as Revision);
    expect(subscriber.acknowledged).toBe(6);
  });
});
