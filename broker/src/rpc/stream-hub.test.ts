import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handleOf, thumbprintOfName } from '../doubles/ids.js';
import { systemClock } from '../runtime/clock.js';
import { DoubleSessions } from './double-sessions.js';
import { type HubStream, StreamHub } from './stream-hub.js';

let sessions: DoubleSessions;
let hub: StreamHub;

beforeEach(() => {
  vi.useFakeTimers();
  sessions = new DoubleSessions();
  hub = new StreamHub({ store: sessions, clock: systemClock });
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

/** A stream that notes what it is told. */
const streamOf = (name: string, parent?: Parameters<DoubleSessions['named']>[2]) => {
  const { id, key } = sessions.named('workload', name, parent);
  const told: (string | undefined)[] = [];
  const stream: HubStream = {
    session: id,
    key,
    onState: (fault) => told.push(fault),
    close: (reason) => told.push(`closed ${reason}`),
  };
  hub.add(stream, sessions.path(id));
  return { id, stream, told };
};

describe('StreamHub', () => {
  it('tells every stream below a session that was cut, and no other', () => {
    const root = streamOf('root');
    const child = streamOf('child', root.id);
    const grandchild = streamOf('grandchild', child.id);
    const other = streamOf('other');
    sessions.cut(child.id);
    expect([root.told, child.told, other.told]).toEqual([[], ['session_revoked'], []]);
    // breaks when: a stream is known by its own session alone
    expect(grandchild.told).toEqual(['ancestor_ended']);
  });

  it.each(['support-triage', 'support-platform', 'join token', 'evidence key'])(
    'hears of a cut by the handle of %s',
    (name) => {
      const one = streamOf('one');
      sessions.cut(one.id, 'revoked', handleOf(name));
      expect(one.told).toEqual(['session_revoked']);
    },
  );

  it('hears of a cut of everything before a revision', () => {
    const one = streamOf('one');
    sessions.set(one.id, { end: 'revoked' });
    sessions.row({ kind: 'before', before: 5 as never });
    expect(one.told).toEqual(['session_revoked']);
  });

  // breaks when: a stream is judged by its session's state alone, and outlives the key that opened it
  it('ends the streams of a session that has another key now, and none below it', () => {
    const root = streamOf('root');
    const child = streamOf('child', root.id);
    sessions.set(root.id, { key: thumbprintOfName('another key') });
    sessions.row({ kind: 'handle', handle: root.id, absolute: false });
    expect(root.told).toEqual(['proof_wrong_key']);
    expect(child.told).toEqual([undefined]);
  });

  it('judges by what the store says, not by the row', () => {
    const one = streamOf('one');
    sessions.row({ kind: 'handle', handle: one.id, absolute: false });
    expect(one.told).toEqual([undefined]);
  });

  it('tells of a hold and of its end, everywhere below', () => {
    const root = streamOf('root');
    const child = streamOf('child', root.id);
    sessions.suspend(root.id);
    sessions.resume(root.id);
    expect(child.told).toEqual(['session_suspended', undefined]);
  });

  it.each([
    ['idles out', 'idle', 'session_expired'],
    ['is forgotten', 'forget', 'session_ended'],
  ] as const)('finds out by itself that a session %s', (_name, act, reason) => {
    const one = streamOf('one');
    sessions[act](one.id);
    expect(one.told).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(one.told).toEqual([reason]);
  });

  it('counts the streams of each session, and forgets those that are removed', () => {
    const one = streamOf('one');
    const again = streamOf('one');
    expect(hub.count(one.id)).toBe(2);
    hub.remove(one.stream);
    hub.remove(one.stream);
    expect(hub.count(one.id)).toBe(1);
    sessions.cut(one.id);
    expect([one.told, again.told]).toEqual([[], ['session_revoked']]);
    hub.remove(again.stream);
    expect(hub.count(one.id)).toBe(0);
  });

  it('ends all of them and listens no more', () => {
    const one = streamOf('one');
    hub.close();
    expect(one.told).toEqual(['closed shutting_down']);
    expect(sessions.isHeard).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(one.told).toHaveLength(1);
  });
});
