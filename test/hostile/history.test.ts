import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReadHistoryRequest, ReadHistoryResponse } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEdge, type Wire } from '../support/edge.js';
import { mutated } from '../support/mutations.js';
import { seededNumbers } from '../support/seeded.js';

const path = '/creance.v1.OperatorService/ReadHistory';
let edge: TestEdge;
let owner: Wire;

const line = (nth: number, filler = '') =>
  `${JSON.stringify({ session: `s${nth}`, actor: 'triage', t_ms: nth, filler })}\n`;
const lines = Array.from({ length: 400 }, (_, nth) => line(nth, 'x'.repeat(700)));

beforeAll(async () => {
  edge = await TestEdge.start({ devSocket: true });
  owner = edge.wire('socket');
  const folder = join(edge.folder, 'history');
  mkdirSync(folder);
  writeFileSync(join(folder, '000000000001.ndjson'), lines.join(''));
  // Beside the history, for whoever gets out of its folder.
  writeFileSync(join(edge.folder, '000000000002.ndjson'), line(1_000));
});

afterAll(() => edge.dispose());

const read = async (parts: Partial<ReadHistoryRequest> = {}) => {
  const ask = { workload: '', sinceUnixMicros: 0n, pageToken: '', ...parts };
  const { reason, reply } = await owner.send(path, ReadHistoryRequest.encode(ask).finish(), []);
  return { reason, page: reply && ReadHistoryResponse.decode(reply) };
};

/** The token of six bytes each of a segment and an offset. */
function forged(segment: number, offset: number): string {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(segment, 0, 6);
  bytes.writeUIntBE(offset, 6, 6);
  return bytes.toString('base64url');
}

describe('a page of the history that is asked for by somebody else’s word', () => {
  it('is refused unless a page could have named it', async () => {
    const first = await read();
    expect(first.page?.lines.toString()).toMatch(/^{"session":"s0"/);
    for (const pageToken of [
      '..',
      '../000000000002',
      '000000000001',
      forged(0, 0),
      forged(1, 1),
      forged(1, 2 ** 48 - 1),
      forged(2, 0),
      forged(2 ** 48 - 1, 0),
      `${first.page?.nextPageToken}=`,
    ])
      expect((await read({ pageToken })).reason).toBe('request_malformed');
  });

  // breaks when: an offset is taken that lies within a line
  it('is whole lines of the history, or refused, whatever becomes of its token', async () => {
    const { page } = await read();
    const token = Buffer.from(page?.nextPageToken as string, 'base64url');
    const next = seededNumbers(11);
    const known = new Set(lines);
    for (let nth = 0; nth < 300; nth += 1) {
      const pageToken = Buffer.from(mutated(token, next)).toString('base64url');
      const answer = await read({ pageToken });
      if (answer.page === undefined) expect(answer.reason).toBe('request_malformed');
      else
        for (const each of answer.page.lines
          .toString()
          .split(/(?<=\n)/)
          .filter(Boolean))
          expect(known.has(each)).toBe(true);
    }
  });

  it('holds nothing for a workload that is named as it is not', async () => {
    for (const workload of ['', 'triag', 'triage ', 'TRIAGE', '*', '.', '__proto__']) {
      const { reason, page } = await read({ workload });
      expect(reason).toBe('ok');
      expect(page?.lines.length === 0).toBe(workload !== '');
    }
    expect((await read({ workload: 'x'.repeat(65) })).reason).toBe('request_malformed');
  });

  it('is at most 48 KB, from whatever time on it is asked for', async () => {
    for (const sinceUnixMicros of [0n, 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      const { page } = await read({ sinceUnixMicros });
      expect(page?.lines.length).toBeLessThanOrEqual(49_152);
    }
  });
});
