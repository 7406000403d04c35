import { describe, expect, it } from 'vitest';
import { limits } from '../limits.js';
import type { FailedReply, StreamListener } from './contract.js';
import { StreamRoom } from './stream-room.js';

/** Opens one stream; gives its way to end from the far side, and how it ended. */
function opened(room: StreamRoom) {
  const ends: FailedReply[] = [];
  let far: StreamListener | undefined;
  const listener = { onMessage: () => {}, onEnd: (end: FailedReply) => void ends.push(end) };
  const stream = room.take(listener, (given) => {
    far = given;
    return { send: () => {}, close: () => {} };
  });
  return { stream, ends, isOpen: far !== undefined, far };
}

const ended: FailedReply = {
  ok: false,
  status: 14,
  details: undefined,
  nonce: undefined,
  networkCode: undefined,
};

describe('StreamRoom', () => {
  // breaks when: the room keeps to itself whether a stream ended in order, so that every end is a fault
  it.each([true, false])('hands on whether a stream ended in order: %s', (isInOrder) => {
    const heard: (boolean | undefined)[] = [];
    let far: StreamListener | undefined;
    const listener: StreamListener = {
      onMessage: () => {},
      onEnd: (_end, inOrder) => void heard.push(inOrder),
    };
    new StreamRoom().take(listener, (given) => {
      far = given;
      return { send: () => {}, close: () => {} };
    });
    far?.onEnd(ended, isInOrder);
    expect(heard).toEqual([isInOrder]);
  });

  // breaks when: a stream that was closed from either side is counted on, or counted back twice
  it('opens no more than limits.streamsPerConnection at once, and tells later ones to come again', async () => {
    const room = new StreamRoom();
    const all = Array.from({ length: limits.streamsPerConnection }, () => opened(room));
    expect(all.every(({ isOpen }) => isOpen)).toBe(true);
    const late = opened(room);
    expect(late.isOpen).toBe(false);
    await Promise.resolve();
    expect(late.ends).toMatchObject([{ status: 8 }]);
    late.stream.close();

    const [one, other] = all;
    one?.stream.close();
    one?.far?.onEnd(ended);
    expect(opened(room).isOpen).toBe(true);
    expect(opened(room).isOpen).toBe(false);
    other?.far?.onEnd(ended);
    other?.stream.close();
    expect(other?.ends).toEqual([ended]);
    expect(opened(room).isOpen).toBe(true);
    expect(opened(room).isOpen).toBe(false);
  });
});
