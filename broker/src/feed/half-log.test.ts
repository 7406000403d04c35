import type { Revision } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { cutRow, cutRows, FakeLine, FakeLog } from '../doubles/feed.js';
import { sessionIdOf } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import { Feed } from './feed.js';
import { deltaKind, heartbeatKind } from './frames.js';

/** A log of which the store has what lies above 5. */
class HalfLog extends FakeLog {
  readonly base = 5 as Revision;

  override isKnownRevision(revision: Revision): boolean {
    return revision === this.base || (revision > this.base && super.isKnownRevision(revision));
  }
}

let feed: Feed;
let log: HalfLog;

beforeEach(() => {
  vi.useFakeTimers();
  log = new HalfLog();
  log.commit(...cutRows(6, 7));
  feed = new Feed({
    issuer: 'https://creance.example.internal',
    signer: newSigner(),
    clock: new FakeClock(),
    store: log,
    base: log.base,
    onOverflow: () => {},
  });
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

function linksAfter(after: number) {
  const line = new FakeLine();
  feed.subscribe({ session: sessionIdOf(after), resource: 'crm' }, line, after as Revision);
  return () =>
    line.frames.map(({ kind, previousRevision, revision }) => [
      kind,
      Number(previousRevision),
      Number(revision),
    ]);
}

describe('a feed of half a log', () => {
  it('goes on with a view at its beginning, and with one at a row of it', () => {
    expect(linksAfter(5)()).toEqual([[deltaKind, 5, 7]]);
    expect(linksAfter(7)()).toEqual([[heartbeatKind, 7, 7]]);
  });

  // breaks when: feed.ts makes a snapshot of the rows that it has, or links them to a view that lacks others
  it.each([0, 3, 99])(
    'makes no view of it for one at %i: what it sends links to the beginning',
    (after) => {
      const links = linksAfter(after);
      expect(links()).toEqual([[deltaKind, 5, 7]]);
      log.append(cutRow(8));
      expect(links().slice(1)).toEqual([[deltaKind, 7, 8]]);
    },
  );
});
