import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadHistoryRequest, ReadHistoryResponse } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { type RecordFlags, record } from './record.js';

let folder: string;
let file: string;
let output: DoubleOutput;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-record-'));
  file = join(folder, 'live.ndjson');
  output = new DoubleOutput();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lineOf = (session: string, millis: number) =>
  `${JSON.stringify({ dataset: 'live', session, t_ms: millis, actor: 'ü', system: 's', action: 'a' })}\n`;

interface Page {
  readonly lines: string;
  readonly next?: string;
  readonly isGapped?: boolean;
}

/** A broker with pages by their tokens. */
const brokerWith = (pages: Readonly<Record<string, Page>>) =>
  new DoubleLine({
    ReadHistory(request) {
      const { pageToken } = ReadHistoryRequest.decode(request);
      const { lines, next = '', isGapped = false } = pages[pageToken] as Page;
      const reply = { lines: Buffer.from(lines), nextPageToken: next, isGapped };
      return ReadHistoryResponse.encode(reply).finish();
    },
  });
const run = (line: DoubleLine, flags: Partial<RecordFlags> = {}) =>
  record(line, { output: file, since: 0 as Instant, o: 'table', ...flags }, output);

const first = lineOf('s1', 2_000) + lineOf('s2', 1_000);
const last = lineOf('s1', 61_000.5);

describe('creance record', () => {
  it('writes the lines of all pages as they are, and says what they are', async () => {
    await run(brokerWith({ '': { lines: first, next: 'p' }, p: { lines: last } }));
    expect(readFileSync(file, 'utf8')).toBe(first + last);
    expect(output.results).toEqual([
      `3 lines of 2 sessions from 1970-01-01T00:00:01.000Z to 1970-01-01T00:01:01.000Z written to ${file}`,
    ]);
    expect(output.said).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('says the same for programs', async () => {
    await run(brokerWith({ '': { lines: first } }), { o: 'json' });
    expect(output.json).toEqual({
      output: file,
      lines: 2,
      sessions: 2,
      from: '1970-01-01T00:00:01.000Z',
      to: '1970-01-01T00:00:02.000Z',
      isGapped: false,
    });
  });

  it('asks for one workload, from an instant on', async () => {
    const broker = brokerWith({ '': { lines: first } });
    await run(broker, { workload: 'triage', since: 77 as Instant });
    const [asked] = broker.asked;
    expect(ReadHistoryRequest.decode(asked?.request as Buffer)).toEqual({
      workload: 'triage',
      sinceUnixMicros: 77n,
      pageToken: '',
    });
  });

  // breaks when: only the last page is asked whether lines fell out
  it('tells when lines fell out meanwhile', async () => {
    const pages = {
      '': { lines: first, next: 'p' },
      p: { lines: last, next: 'q', isGapped: true },
    };
    await run(brokerWith({ ...pages, q: { lines: last } }));
    expect(output.said).toHaveLength(1);
    await run(brokerWith({ ...pages, q: { lines: last } }), { o: 'json' });
    expect(JSON.parse(output.results[1] ?? '')).toMatchObject({ isGapped: true });
  });

  it('takes a page without lines for no end', async () => {
    await run(brokerWith({ '': { lines: '', next: 'p' }, p: { lines: last } }));
    expect(readFileSync(file, 'utf8')).toBe(last);
  });

  // breaks when: an empty file takes the place of what was recorded before
  it('leaves no file, and the one before as it is, when nothing was kept', async () => {
    await expect(run(brokerWith({ '': { lines: '' } }))).rejects.toMatchObject({ exitCode: 1 });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(file, 'before');
    await expect(run(brokerWith({ '': { lines: '' } }))).rejects.toMatchObject({ exitCode: 1 });
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['live.ndjson']);
  });

  it.each<[string, Readonly<Record<string, Page>>]>([
    ['is gone in the middle', { '': { lines: first, next: 'p' } }],
    ['sends what no backtest reads', { '': { lines: '{"session":"s"}\n' } }],
    [
      'gives the same page for ever',
      { '': { lines: first, next: 'p' }, p: { lines: last, next: 'p' } },
    ],
  ])('leaves nothing behind of a broker that %s', async (_name, pages) => {
    await expect(run(brokerWith(pages))).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says that a file cannot be written before it asks anybody', async () => {
    const broker = brokerWith({ '': { lines: first } });
    const flags = { output: join(folder, 'nowhere', 'x') };
    await expect(run(broker, flags)).rejects.toMatchObject({ exitCode: 1 });
    expect(broker.asked).toEqual([]);
  });
});
