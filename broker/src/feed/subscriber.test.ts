import { type Revision, revisionZero } from '@creance/proto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeLine, readMessage } from '../doubles/feed.js';
import { sessionIdOf } from '../doubles/ids.js';
import { Subscriber } from './subscriber.js';

const name = { session: sessionIdOf('verifier'), resource: 'crm' };
const waitingMax = 3;
let line: FakeLine;
let subscriber: Subscriber;

beforeEach(() => {
  line = new FakeLine();
  subscriber = new Subscriber(name, line, 7 as Revision, waitingMax);
});

const frame = (text: string | number) => Buffer.from(`frame ${text}`);
const send = (at: number) => subscriber.send(frame(at), at as Revision);
const sent = () => line.messages.filter((bytes) => bytes.toString().startsWith('frame'));
const resync = () =>
  line.messages
    .map((bytes) => bytes)
    .filter((bytes) => !sent().includes(bytes))
    .map((bytes) => readMessage(bytes).resync);

/** A view of so many parts, at a revision. */
function sendWhole(parts: number, revision: number): void {
  const frames = Array.from({ length: parts }, (_, part) => frame(`part ${part}`));
  subscriber.sendWhole(frames, revision as Revision);
}

describe('a subscriber', () => {
  it('is sent the very bytes, at once while the line takes them', () => {
    const bytes = frame(8);
    subscriber.send(bytes, 8 as Revision);
    expect(line.messages[0]).toBe(bytes);
  });

  it('is written to no more once the line asks to wait, and in order when it goes on', () => {
    line.isBlocked = true;
    for (const at of [8, 9, 10]) expect(send(at)).toBe(true);
    expect(sent()).toEqual([frame(8)]);
    line.drain();
    expect(sent()).toEqual([frame(8), frame(9), frame(10)]);
    send(11);
    expect(sent().at(-1)).toEqual(frame(11));
  });

  it('waits again when the line blocks in the middle of the queue', () => {
    line.isBlocked = true;
    for (const at of [8, 9, 10]) send(at);
    line.isBlocked = true;
    const writes = line.messages.length;
    line.write = function (this: FakeLine, bytes: Buffer) {
      this.messages.push(bytes);
      return false;
    };
    line.drain();
    expect(line.messages).toHaveLength(writes + 1);
  });

  // breaks when: the queue has no bound, or frames are dropped without a word
  it('is let go when its queue overflows, with the last revision that was written', () => {
    line.isBlocked = true;
    for (let at = 8; at <= 8 + waitingMax; at += 1) expect(send(at)).toBe(true);
    expect(send(99)).toBe(false);
    expect(sent()).toEqual([frame(8)]);
    expect(resync()).toEqual([8]);
    expect(line.ends).toEqual(['in order']);
    expect(subscriber.isOpen).toBe(false);
  });

  it('is sent nothing after its end, and ended once', () => {
    subscriber.close('session_revoked');
    subscriber.close('shutting_down');
    expect(send(8)).toBe(true);
    sendWhole(2, 9);
    line.drain();
    expect(line.messages).toEqual([]);
    expect(line.ends).toEqual(['session_revoked']);
  });

  it('forgets what was waiting when it is closed', () => {
    line.isBlocked = true;
    send(8);
    send(9);
    subscriber.close();
    line.drain();
    expect(sent()).toEqual([frame(8)]);
  });

  it('sends each frame once and in order, or says from where to come back', () => {
    const act = fc.constantFrom('send', 'send', 'send', 'block', 'drain');
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        line = new FakeLine();
        subscriber = new Subscriber(name, line, revisionZero, waitingMax);
        let at = 0;
        for (const each of acts) {
          if (each === 'block') line.isBlocked = true;
          else if (each === 'drain') line.drain();
          else {
            at += 1;
            send(at);
          }
        }
        const count = sent().length;
        expect(sent()).toEqual(Array.from({ length: count }, (_, n) => frame(n + 1)));
        if (!subscriber.isOpen) expect(resync()).toEqual([count]);
      }),
    );
  });
});

describe('a whole view', () => {
  it('arrives however slow the line is: the bound of the queue does not count for it', () => {
    line.isBlocked = true;
    sendWhole(10, 50);
    for (let part = 0; part < 10; part += 1) line.drain();
    expect(sent()).toHaveLength(10);
    expect(subscriber.isOpen).toBe(true);
  });

  // breaks when: a view that waits counts against the bound: then whoever is slow with a large view is
  // let go by the next heartbeat, comes back, and never has a view
  it('leaves the queue its whole bound for what comes after it', () => {
    line.isBlocked = true;
    sendWhole(10, 50);
    for (let at = 51; at <= 50 + waitingMax; at += 1) expect(send(at)).toBe(true);
    expect(send(99)).toBe(false);
  });

  it('counts no more once it is written', () => {
    line.isBlocked = true;
    sendWhole(10, 50);
    line.drain();
    line.isBlocked = true;
    for (let at = 51; at <= 51 + waitingMax; at += 1) expect(send(at)).toBe(true);
    expect(send(99)).toBe(false);
    expect(resync()).toEqual([51]);
  });

  // breaks when: each part counts as the whole: then a verifier that was let go in the middle is told
  // to come back at a revision of which it has not seen every cut
  it('counts as written only with its last part', () => {
    line.isBlocked = true;
    sendWhole(3, 50);
    for (let at = 51; at <= 51 + waitingMax; at += 1) send(at);
    expect(sent()).toEqual([frame('part 0')]);
    expect(resync()).toEqual([7]);
  });
});
