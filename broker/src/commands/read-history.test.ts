import { describe, expect, it } from 'vitest';
import type { HistoryAsk, HistoryPage } from '../domain/history.js';
import { callBy } from '../doubles/calls.js';
import { readHistory } from './read-history.js';

const ask: HistoryAsk = { workload: 'triage', sinceMillis: 0, from: { segment: 1, offset: 0 } };
const page: HistoryPage = { lines: Buffer.from('{}\n'), next: undefined, isGapped: false };

describe('readHistory', () => {
  it('gives the page that is asked for', async () => {
    const asked: HistoryAsk[] = [];
    const read = async (one: HistoryAsk) => {
      asked.push(one);
      return page;
    };
    expect(await readHistory({ read })(ask, callBy())).toEqual({ ok: true, value: page });
    expect(asked).toEqual([ask]);
  });

  it('refuses a page that no page before it has named', async () => {
    const refused = await readHistory({ read: async () => undefined })(ask, callBy());
    expect(refused).toMatchObject({ error: { reason: 'request_malformed' } });
    expect(refused).toMatchObject({ error: { fields: [{ field: 'page_token' }] } });
  });
});
