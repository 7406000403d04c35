import type { Revision } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../domain/limits.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { cutRow, cutRows, FakeLine, FakeLog, readMessage } from '../doubles/feed.js';
import { sessionIdOf } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import { Feed } from './feed.js';
import { deltaKind, heartbeatKind, snapshotKind } from './frames.js';
import type { Subscriber, SubscriberName } from './subscriber.js';

const signer = newSigner();
const heartbeatMillis = limits.heartbeatSeconds * 1_000;
let clock: FakeClock;
let log: FakeLog;
let feed: Feed;
let overflowed: SubscriberName[];

beforeEach(() => {
  vi.useFakeTimers();
  clock = new FakeClock();
  log = new FakeLog();
  overflowed = [];
  log.commit(...cutRows(1, 5));
  feed = new Feed({
    issuer: 'https://creance.example.internal',
    signer,
    clock,
    store: log,
    onOverflow: (name) => overflowed.push(name),
  });
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

/** Lets milliseconds pass for clocks and timers. */
function pass(millis: number): void {
  for (let left = millis; left > 0; left -= 1) {
    clock.advance(Math.min(1, left) / 1_000);
    vi.advanceTimersByTime(Math.min(1, left));
  }
}

function subscribe(after = 0, line = new FakeLine(), verifier = 'verifier') {
  const name = { session: sessionIdOf(verifier), resource: 'crm' };
  const subscriber = feed.subscribe(name, line, after as Revision);
  return { line, subscriber: subscriber as Subscriber };
}

/** Kinds and links of the frames that came. */
function linksOf({ frames }: FakeLine) {
  return frames.map(({ kind, previousRevision, revision }) => [
    kind,
    Number(previousRevision),
    Number(revision),
  ]);
}

describe('a subscription', () => {
  it('starts with a whole view and goes on with what links to it', () => {
    const { line } = subscribe();
    log.append(cutRow(6));
    expect(linksOf(line)).toEqual([
      [snapshotKind, 0, 5],
      [deltaKind, 5, 6],
    ]);
    expect(line.revisions).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is carried on from a revision that the log has had', () => {
    const { line } = subscribe(3);
    expect(linksOf(line)).toEqual([[deltaKind, 3, 5]]);
    expect(line.revisions).toEqual([4, 5]);
  });

  it('is told by a heartbeat that it has missed nothing', () => {
    const { line } = subscribe(5);
    expect(linksOf(line)).toEqual([[heartbeatKind, 5, 5]]);
  });

  // breaks when: any revision is carried on: then a verifier of a log that was restored from a backup
  // would keep a view that this log never had
  it.each([6, 99, 2 ** 50])(
    'is given a whole view for revision %d, which the log has not had',
    (after) => {
      const { line } = subscribe(after);
      expect(linksOf(line)).toEqual([[snapshotKind, 0, 5]]);
    },
  );

  it('is given a whole view for a revision between two rows', () => {
    log.rows = [cutRow(10), cutRow(20)];
    feed.close();
    feed = new Feed({ issuer: 'i', signer, clock, store: log, onOverflow: () => {} });
    expect(linksOf(subscribe(15).line)).toEqual([[snapshotKind, 0, 20]]);
  });

  it('is carried on in several frames, and given a whole view when it has missed too much', () => {
    log.append(...cutRows(6, 2_006));
    expect(linksOf(subscribe(5).line)).toEqual([
      [deltaKind, 5, 1_005],
      [deltaKind, 1_005, 2_005],
      [deltaKind, 2_005, 2_006],
    ]);
    log.append(...cutRows(2_007, 10_006));
    expect(linksOf(subscribe(5).line)[0]?.[0]).toBe(snapshotKind);
  });

  it('misses nothing that waits to be sent when it comes', () => {
    log.append(cutRow(6));
    log.append(cutRow(7));
    const { line } = subscribe(5);
    log.append(cutRow(8));
    pass(limits.coalesceMillis);
    expect(linksOf(line)).toEqual([
      [deltaKind, 5, 7],
      [deltaKind, 7, 8],
    ]);
  });

  // breaks when: what is brought up is not bounded by what was published: then the next frame repeats it
  it('is not ahead of the others by rows that nobody was told of yet', () => {
    log.commit(cutRow(6));
    const fresh = subscribe();
    const resumed = subscribe(4);
    log.tell(cutRow(6));
    for (const { line } of [fresh, resumed]) {
      const links = linksOf(line);
      for (let at = 1; at < links.length; at += 1) expect(links[at]?.[1]).toBe(links[at - 1]?.[2]);
    }
    expect(resumed.line.revisions).toEqual([5, 6]);
  });

  it('is refused beyond the bound, and taken again once one has gone', () => {
    const lines = Array.from({ length: limits.subscribers }, () => subscribe(5));
    expect(subscribe(5).subscriber).toBeUndefined();
    feed.unsubscribe(lines[0]?.subscriber as Subscriber);
    expect(subscribe(5).subscriber).toBeDefined();
    expect(feed.subscribers()).toHaveLength(limits.subscribers);
  });
});

describe('the feed', () => {
  // breaks when: a frame is made for each subscriber
  it('encodes a frame once: every subscriber gets the same bytes', () => {
    const lines = ['a', 'b', 'c'].map((name) => subscribe(0, new FakeLine(), name).line);
    log.append(cutRow(6));
    pass(heartbeatMillis);
    const [one, two, three] = lines.map(({ messages }) => messages);
    expect(one?.length).toBeGreaterThan(2);
    for (const [at, bytes] of (one ?? []).entries()) {
      expect(two?.[at]).toBe(bytes);
      expect(three?.[at]).toBe(bytes);
    }
  });

  it('gathers the cuts of a busy moment', () => {
    const { line } = subscribe(5);
    for (let revision = 6; revision <= 300; revision += 1) log.append(cutRow(revision));
    pass(limits.coalesceMillis);
    expect(linksOf(line)).toEqual([
      [heartbeatKind, 5, 5],
      [deltaKind, 5, 6],
      [deltaKind, 6, 300],
    ]);
  });

  it('says every two seconds that it lives', () => {
    const { line } = subscribe(5);
    pass(3 * heartbeatMillis);
    expect(linksOf(line).slice(1)).toEqual(Array.from({ length: 3 }, () => [heartbeatKind, 5, 5]));
  });

  it('makes no frame at the time of another', () => {
    const { line } = subscribe();
    for (let revision = 6; revision < 30; revision += 1) {
      clock.stepWall(-1);
      log.append(cutRow(revision));
      subscribe(revision - 2);
      pass(7);
    }
    const times = line.frames.map(({ madeAtUnixMicros }) => madeAtUnixMicros);
    expect(times.length).toBeGreaterThan(20);
    expect(times.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(times);
    expect(new Set(times).size).toBe(times.length);
  });

  // A verifier takes no frame that is as old as one it has seen. breaks when: no heartbeat is made while
  // nobody is subscribed: then one that lost its line amid a view is sent the same view for ever
  it('does not send the same view again to a verifier that comes back after a heartbeat', () => {
    const first = subscribe();
    feed.unsubscribe(first.subscriber);
    pass(heartbeatMillis);
    const again = subscribe();
    const [one] = first.line.frames;
    const [two] = again.line.frames;
    expect(two?.madeAtUnixMicros).toBeGreaterThan(one?.madeAtUnixMicros ?? 0n);
  });

  it('sends nothing more to who has unsubscribed', () => {
    const { line, subscriber } = subscribe(5);
    feed.unsubscribe(subscriber);
    log.append(cutRow(6));
    pass(heartbeatMillis);
    expect(line.messages).toHaveLength(1);
    expect(line.ends).toEqual(['in order']);
    expect(feed.subscribers()).toEqual([]);
  });

  it('flushes and ends every subscription when it closes, and listens no more', () => {
    const { line } = subscribe(5);
    log.append(cutRow(6));
    log.append(cutRow(7));
    feed.close();
    log.append(cutRow(8));
    pass(heartbeatMillis);
    expect(log.isHeard).toBe(false);
    expect(line.revisions).toEqual([6, 7]);
    expect(line.ends).toEqual(['shutting_down']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a subscriber that is too slow', () => {
  // breaks when: the broadcast stops at the first one that overflows
  it('is let go alone, told from where to come back, and misses nothing when it does', () => {
    const slow = subscribe(5, new FakeLine(), 'slow');
    const quick = subscribe(5, new FakeLine(), 'quick');
    slow.line.isBlocked = true;
    const count = limits.framesWaiting + 2;
    for (let revision = 6; revision < 6 + count; revision += 1) {
      log.append(cutRow(revision));
      pass(limits.coalesceMillis + 1);
    }
    expect(overflowed.map(({ session }) => session)).toEqual([sessionIdOf('slow')]);
    expect(feed.subscribers()).toEqual([quick.subscriber]);
    expect(quick.line.revisions).toHaveLength(count);
    const last = readMessage(slow.line.messages.at(-1) as Buffer);
    expect(last.resync).toBe(slow.line.revisions.at(-1));
    const back = subscribe(last.resync, new FakeLine(), 'slow');
    expect([...slow.line.revisions, ...back.line.revisions]).toEqual(quick.line.revisions);
  });
});
