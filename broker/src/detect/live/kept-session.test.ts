import { describe, expect, it } from 'vitest';
import { levels } from '../../domain/risk.js';
import { type KeptSession, readKept, writeKept } from './kept-session.js';

const kept: KeptSession = {
  imposed: 'narrow',
  snapshot: Uint8Array.of(1, 2, 3),
  tree: Uint8Array.of(4),
  unsilenced: new Uint8Array(0),
  rest: { asked: ['crm contacts:read', 'mail send'], seen: { atMillis: 7, resource: 'crm' } },
};
const plain = (session: KeptSession | undefined) =>
  session && {
    ...session,
    snapshot: [...session.snapshot],
    tree: [...session.tree],
    unsilenced: [...session.unsilenced],
  };
const bare = { imposed: 'narrow', snapshot: [], tree: [], unsilenced: [], rest: {} };

describe('a kept session', () => {
  it('is read as it was written', () => {
    expect(plain(readKept(writeKept(kept)))).toEqual(plain(kept));
    for (const imposed of levels)
      expect(readKept(writeKept({ ...kept, imposed, rest: {} }))?.imposed).toBe(imposed);
  });

  // breaks when: a length that lies beyond the end, or bytes that are no words, throws or passes
  it('keeps its level alone when the rest is torn, at whatever byte', () => {
    const bytes = writeKept(kept);
    const whole = bytes.length - kept.snapshot.length;
    for (let length = 1; length < whole; length += 1)
      expect(plain(readKept(bytes.subarray(0, length)))).toEqual(bare);
    const lying = Uint8Array.from(bytes);
    lying.fill(255, 1, 5);
    expect(plain(readKept(lying))).toEqual(bare);
    const words = Buffer.from(bytes);
    words.write('}', words.indexOf('['));
    expect(plain(readKept(words))).toEqual(bare);
  });

  it('is none without a level', () => {
    expect(readKept(new Uint8Array(0))).toBeUndefined();
    expect(readKept(Uint8Array.of(levels.length))).toBeUndefined();
  });
});
