import type { Revision } from '@creance/proto';
import { SubscribeResponse } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../domain/limits.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { cutRow, cutRows, FakeLine, FakeLog, readMessage } from '../doubles/feed.js';
import { sessionIdOf } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import { newSigner, proofBy } from '../doubles/signed.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { Feed } from './feed.js';

const signer = newSigner();
const hash = sha256Base64url(proofBy(signer, {}));
let log: FakeLog;
let feed: Feed;

beforeEach(() => {
  vi.useFakeTimers();
  log = new FakeLog();
  log.commit(...cutRows(1, 5));
  feed = new Feed({
    issuer: 'i',
    signer,
    clock: new FakeClock(),
    store: log,
    onOverflow: () => {},
  });
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

function subscribe(verifier: string, line: FakeLine = new FakeLine()): FakeLine {
  const name = { session: sessionIdOf(verifier), resource: 'crm' };
  feed.subscribe(name, line, 5 as Revision);
  return line;
}

/** Hashes that a line was asked for, message by message. */
function asked({ messages }: FakeLine): string[][] {
  return messages.flatMap((bytes) => {
    const { kind } = SubscribeResponse.decode(bytes);
    if (kind?.$case !== 'proofsWanted') return [];
    return [kind.value.hashes.map((each) => Buffer.from(each).toString('base64url'))];
  });
}

describe('asking for proofs', () => {
  it('reaches every line of the verifier and nobody else', () => {
    const [one, two, other] = [subscribe('a'), subscribe('a'), subscribe('b')];
    feed.askProofs(sessionIdOf('a'), [hash]);
    feed.askProofs(sessionIdOf('a'), []);
    feed.askProofs(sessionIdOf('nobody'), [hash]);
    expect([one, two, other].map(asked)).toEqual([[[hash]], [[hash]], []]);
  });

  it('asks for no more than a report can hold', () => {
    const line = subscribe('a');
    feed.askProofs(
      sessionIdOf('a'),
      Array.from({ length: 40 }, () => hash),
    );
    expect(asked(line)[0]).toHaveLength(limits.reportProofs);
  });

  it('is no part of the view: the next frame links to the last', () => {
    const line = subscribe('a');
    feed.askProofs(sessionIdOf('a'), [hash]);
    log.append(cutRow(6));
    expect(line.frames.map(({ revision }) => Number(revision))).toEqual([5, 6]);
  });

  // breaks when: what is asked waits in the queue of frames: then asking overflows it, and a thief who
  // raises suspicions makes verifiers lose the feed
  it('never fills the queue of a verifier that does not read', () => {
    const line = subscribe('a');
    line.isBlocked = true;
    feed.askProofs(sessionIdOf('a'), [hash]);
    for (let times = 0; times < 10 * limits.framesWaiting; times += 1) {
      feed.askProofs(sessionIdOf('a'), [hash]);
    }
    log.append(cutRow(6));
    line.drain();
    expect(asked(line)).toEqual([[hash]]);
    expect(line.revisions).toEqual([6]);
    expect(line.messages.map((bytes) => readMessage(bytes).resync).filter(Boolean)).toEqual([]);
    expect(feed.subscribers()).toHaveLength(1);
  });

  it('is not sent where a subscription has ended', () => {
    const line = new FakeLine();
    const name = { session: sessionIdOf('a'), resource: 'crm' };
    const subscriber = feed.subscribe(name, line, 5 as Revision);
    if (subscriber !== undefined) feed.unsubscribe(subscriber);
    feed.askProofs(sessionIdOf('a'), [hash]);
    expect(subscriber?.tell(Buffer.from('late'))).toBe(false);
    expect(asked(line)).toEqual([]);
  });
});

describe('a verifier whose own session is held', () => {
  // breaks when: a hold counts as an end: then its SDK gives up and does not come back
  it('hears that it is suspended, and no more of the feed', () => {
    const id = sessionIdOf('held');
    const line = subscribe('held');
    vi.spyOn(log, 'path').mockReturnValue([sessionOf('held', { id, suspendedAt: 6 as Revision })]);
    const entry = { kind: 'handle', handle: id, absolute: false } as const;
    log.append({ revision: 6 as Revision, entry });
    log.append(cutRow(7));
    expect(line.ends).toEqual(['session_suspended']);
    expect(line.revisions).toEqual([6]);
  });
});
