import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../domain/limits.js';
import { allOfIt, HistoryStand, lineWith } from './doubles/history-stand.js';

const stands: HistoryStand[] = [];
const standOf = (bytes = 80_000) => {
  const made = new HistoryStand(bytes);
  stands.push(made);
  return made;
};

afterEach(async () => {
  for (const made of stands.splice(0)) await made.remove();
});

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, nth) => lineWith(`${from + nth}`));

describe('History', () => {
  it('gives back what it has written, in order, and nothing that still waits', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'), lineWith('b ü "\\ \u2028'));
    stand.history.take(() => lineWith('c'));
    expect(await stand.marks()).toEqual(['a', 'b ü "\\ \u2028']);
    await stand.history.flush();
    expect(await stand.marks()).toEqual(['a', 'b ü "\\ \u2028', 'c']);
  });

  it('has one last page without lines when nothing was written, and makes no folder for it', async () => {
    const stand = standOf();
    const empty = { lines: Buffer.alloc(0), next: undefined, isGapped: false };
    expect(await stand.history.read(allOfIt)).toEqual(empty);
    expect(() => statSync(stand.folder)).toThrow();
  });

  it('keeps its folder and files from everybody else', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    expect(statSync(stand.folder).mode & 0o777).toBe(0o700);
    expect(statSync(stand.path(stand.files[0] as string)).mode & 0o777).toBe(0o600);
  });

  // breaks when: a line is written as it comes
  it('writes what waits in one piece, and not before it is told to', async () => {
    const stand = standOf();
    for (const line of numbered(50)) stand.history.take(() => line);
    expect(() => statSync(stand.folder)).toThrow();
    await stand.history.flush();
    expect(readFileSync(stand.path(stand.files[0] as string), 'utf8').split('\n')).toHaveLength(51);
  });

  // breaks when: a restart goes on in the file that is there
  it('goes on in a new file after a restart, and with what was there before', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    stand.restart();
    await stand.keep(lineWith('b'));
    expect(stand.files).toEqual(['000000000001.ndjson', '000000000002.ndjson']);
    expect(await stand.marks()).toEqual(['a', 'b']);
  });

  it('skips a line that a crash has cut off, and loses no other for it', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    appendFileSync(stand.path(stand.files[0] as string), lineWith('torn').slice(0, -9));
    stand.restart();
    await stand.keep(lineWith('b'));
    expect(await stand.marks()).toEqual(['a', 'b']);
  });

  it('skips lines that the disk has spoilt', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    const spoilt = ['{', '[]', 'null', '{"actor":"triage"}', lineWith('long', {}, 5_000), ''];
    appendFileSync(stand.path(stand.files[0] as string), `${spoilt.join('\n')}\n`);
    stand.restart();
    await stand.keep(lineWith('b'));
    expect(await stand.marks()).toEqual(['a', 'b']);
  });

  it('takes other files of its folder for none of its own', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    for (const name of ['999999999999.ndjson.tmp', '5.ndjson', '000000000000.ndjson', 'x'])
      writeFileSync(stand.path(name), `${lineWith('stranger')}\n`);
    stand.restart();
    await stand.keep(lineWith('b'));
    expect(await stand.marks()).toEqual(['a', 'b']);
  });
});

describe('the bounds of the history', () => {
  const bytesIn = (stand: HistoryStand) =>
    stand.files.reduce((sum, file) => sum + statSync(stand.path(file)).size, 0);

  // breaks when: the oldest segment is not removed, or the newest is
  it('keeps the newest lines within its bytes, in segments of an eighth', async () => {
    const stand = standOf(8_000);
    for (let nth = 0; nth < 300; nth += 1) {
      await stand.keep(...numbered(1, nth));
      expect(bytesIn(stand)).toBeLessThanOrEqual(8_000);
    }
    expect(stand.files.length).toBeGreaterThanOrEqual(limits.historySegments);
    for (const file of stand.files)
      expect(statSync(stand.path(file)).size).toBeLessThanOrEqual(1_000);
    const marks = (await stand.marks()).map(Number);
    expect(marks.at(-1)).toBe(299);
    expect(marks).toEqual(
      Array.from({ length: marks.length }, (_, nth) => 300 - marks.length + nth),
    );
    expect(marks.length).toBeGreaterThan(60);
    expect(stand.told.filter((each) => each === 'removed').length).toBeGreaterThan(20);
  });

  it('holds no more than it may from its next line on when it may hold less than before', async () => {
    const stand = standOf(80_000);
    for (let nth = 0; nth < 8; nth += 1) await stand.keep(...numbered(90, nth * 90));
    stand.restart(8_000);
    await stand.keep(lineWith('last'));
    expect(bytesIn(stand)).toBeLessThanOrEqual(8_000);
    expect((await stand.marks()).at(-1)).toBe('last');
  });

  it('has no more files than it may, however often the broker starts', async () => {
    const stand = standOf(8_000_000);
    for (let nth = 0; nth < limits.historyFiles + 5; nth += 1) {
      stand.restart();
      await stand.keep(...numbered(1, nth));
    }
    expect(stand.files).toHaveLength(limits.historyFiles);
    expect((await stand.marks()).at(0)).toBe('5');
  });

  // breaks when: lines that wait have no bound, or a flood still has its lines made
  it('drops and counts what does not fit into its memory, and goes on after the next write', async () => {
    const stand = standOf(8_000);
    let made = 0;
    for (let nth = 0; nth < 5_000; nth += 1)
      stand.history.take(() => {
        made += 1;
        return lineWith(`${nth}`);
      });
    expect(made).toBeLessThan(12);
    expect(stand.told).toEqual(Array(5_001 - made).fill('lost 1: full'));
    await stand.keep();
    await stand.keep(lineWith('after'));
    const marks = await stand.marks();
    expect(marks.slice(0, 2)).toEqual(['0', '1']);
    expect(marks.at(-1)).toBe('after');
  });

  it('lets no more wait than limits.historyWaitingBytes, however much it may hold', () => {
    const stand = standOf(1_000 * limits.historyWaitingBytes);
    const line = lineWith('a', {}, 4_000);
    let taken = 0;
    for (; stand.told.length === 0; taken += 1) stand.history.take(() => line);
    expect(taken * 4_000).toBeLessThan(limits.historyWaitingBytes + 8_000);
    expect(taken * 4_000).toBeGreaterThan(limits.historyWaitingBytes - 8_000);
  });

  it('keeps no line that is longer than limits.historyLineBytes', async () => {
    const stand = standOf();
    const longest = lineWith('fits', {}, limits.historyLineBytes);
    const fits =
      longest.slice(0, longest.length) + ' '.repeat(limits.historyLineBytes - longest.length);
    await stand.keep(fits, `${fits} `, lineWith('after'));
    expect(stand.told).toEqual(['lost 1: long']);
    expect(await stand.marks()).toEqual(['fits', 'after']);
  });

  it('writes nothing with no bytes, deletes nothing, and still gives what was kept', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    stand.restart(0);
    await stand.keep(lineWith('b'));
    await stand.history.close();
    expect(await stand.marks()).toEqual(['a']);
    expect(stand.told).toEqual([]);
  });
});

describe('a history whose folder fails', () => {
  // breaks when: a fault of the disk is thrown at who takes lines, or is told every second
  it('stops nobody, counts what is lost, says so once, and once that it is well again', async () => {
    const stand = standOf();
    writeFileSync(stand.folder, 'a file where the folder should be');
    await stand.keep(lineWith('a'), lineWith('b'));
    await stand.keep(lineWith('c'));
    await expect(stand.history.read(allOfIt)).rejects.toThrow();
    rmSync(stand.folder);
    await stand.keep(lineWith('d'));
    expect(stand.told).toEqual(['fault ENOTDIR', 'lost 2: disk', 'lost 1: disk', 'mended after 3']);
    expect(await stand.marks()).toEqual(['d']);
  });

  it('goes on when somebody has removed its files under it', async () => {
    const stand = standOf();
    await stand.keep(lineWith('a'));
    stand.restart();
    await stand.keep(lineWith('b'));
    rmSync(stand.path(stand.files[0] as string));
    expect(await stand.marks()).toEqual(['b']);
    rmSync(dirname(stand.path('x')), { recursive: true });
    expect(await stand.marks()).toEqual([]);
    stand.restart();
    await stand.keep(lineWith('c'));
    expect(await stand.marks()).toEqual(['c']);
  });
});
