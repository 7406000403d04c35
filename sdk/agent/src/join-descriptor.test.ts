import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './doubles/fake-clock.js';
import { readJoinDescriptor } from './join-descriptor.js';
import { limits } from './limits.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-descriptor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A descriptor on which a text waits, of a number that no other test has had. */
function descriptorOf(text: string): number {
  const file = join(folder, `text-${taken.size}`);
  writeFileSync(file, text);
  for (;;) {
    const descriptor = openSync(file, 'r');
    if (!taken.has(descriptor)) {
      taken.add(descriptor);
      for (const other of waiting.splice(0)) closeSync(other);
      return descriptor;
    }
    waiting.push(descriptor);
  }
}
const taken = new Set<number>();
const waiting: number[] = [];

const unreadable = { code: 'CREANCE_JOIN_DESCRIPTOR_UNREADABLE', subject: 'CREANCE_JOIN_FD' };

describe('readJoinDescriptor', () => {
  it.each(['creance-child:v1:abc', 'creance-child:v1:abc\n', '  creance-child:v1:abc\nmore\n'])(
    'reads the first line of %j',
    async (text) => {
      expect(await readJoinDescriptor(String(descriptorOf(text)))).toBe('creance-child:v1:abc');
    },
  );

  it('closes what it has read', async () => {
    const descriptor = descriptorOf('text\n');
    await readJoinDescriptor(String(descriptor));
    expect(() => closeSync(descriptor)).toThrow('EBADF');
  });

  // breaks when: a number is read again, which may stand for somebody else's file by then
  it('reads a descriptor once', async () => {
    const descriptor = descriptorOf('text\n');
    await readJoinDescriptor(String(descriptor));
    await expect(readJoinDescriptor(String(descriptor))).rejects.toMatchObject({
      code: 'CREANCE_JOIN_DESCRIPTOR_USED',
    });
  });

  it.each(['0', '1', '2', '-1', 'three', '3.0', '99999', '987'])('refuses %j', async (text) => {
    await expect(readJoinDescriptor(text)).rejects.toMatchObject(unreadable);
  });

  it('refuses one on which nothing stands', async () => {
    const descriptor = String(descriptorOf(''));
    await expect(readJoinDescriptor(descriptor)).rejects.toMatchObject(unreadable);
  });

  it('reads no more than a join string can have', async () => {
    const read = await readJoinDescriptor(String(descriptorOf('a'.repeat(10_000))));
    expect(read).toHaveLength(2_048);
  });

  it('waits for so long and no longer', async () => {
    const clock = new FakeClock();
    const slow = readJoinDescriptor(String(descriptorOf('text\n')), clock);
    const late = expect(slow).rejects.toMatchObject(unreadable);
    void clock.advance(limits.callMillis);
    await late;
  });
});
