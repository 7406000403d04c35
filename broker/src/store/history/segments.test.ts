import { readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileMethods, HistoryStand, lineWith } from './doubles/history-stand.js';

let methods: FileHandle;
let stand: HistoryStand;

beforeAll(async () => {
  methods = await fileMethods();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await stand.remove();
});

const full = () => Object.assign(new Error('no space'), { code: 'ENOSPC' });

/** A disk that is full in the middle of a write. */
function fillUp(): void {
  const { write } = methods;
  vi.spyOn(methods, 'writeFile').mockImplementation(async function (this: FileHandle, text) {
    const bytes = text as Buffer;
    await write.call(this, bytes.subarray(0, bytes.length - 30) as never);
    throw full();
  });
}

describe('Segments on a disk that is full', () => {
  // breaks when: what a failed write has left is not taken back
  it('takes back the half of a line, and goes on in the same file once there is room', async () => {
    stand = new HistoryStand(80_000);
    await stand.keep(lineWith('a'));
    fillUp();
    await stand.keep(lineWith('b'), lineWith('c'));
    vi.restoreAllMocks();
    await stand.keep(lineWith('d'));
    expect(stand.told).toEqual(['fault ENOSPC', 'lost 2: disk', 'mended after 2']);
    expect(stand.files).toHaveLength(1);
    expect(await stand.marks()).toEqual(['a', 'd']);
    expect(readFileSync(stand.path(stand.files[0] as string), 'utf8')).not.toContain('"b"');
  });

  // breaks when: a file that could not be mended is written to again
  it('leaves alone a file that it cannot mend, and never reads what is behind its last write', async () => {
    stand = new HistoryStand(80_000);
    await stand.keep(lineWith('a'));
    fillUp();
    vi.spyOn(methods, 'truncate').mockRejectedValue(full());
    await stand.keep(lineWith('b'), lineWith('c'));
    expect(await stand.marks()).toEqual(['a']);
    vi.restoreAllMocks();
    await stand.keep(lineWith('d'));
    expect(stand.files).toHaveLength(2);
    expect(await stand.marks()).toEqual(['a', 'd']);
  });

  // breaks when: files that nothing was written to count among those that are kept
  it('loses nothing of what it has, however long it fails', async () => {
    stand = new HistoryStand(80_000);
    await stand.keep(lineWith('a'));
    fillUp();
    vi.spyOn(methods, 'truncate').mockRejectedValue(full());
    for (let nth = 0; nth < 300; nth += 1) await stand.keep(lineWith('b'));
    vi.restoreAllMocks();
    await stand.keep(lineWith('c'));
    expect(stand.told).not.toContain('removed');
    expect(await stand.marks()).toEqual(['a', 'c']);
  });
});
