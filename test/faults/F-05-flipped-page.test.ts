import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../broker/src/doubles/fake-clock.js';
import { openSqliteStore } from '../../broker/src/store/index.js';
import { creanceHere } from '../support/creance-here.js';
import { longOr } from '../support/long.js';
import { seededNumbers } from '../support/seeded.js';

const identity = { issuer: 'https://creance.test', dev: true };
const pageBytes = 4_096;
const rounds = longOr(400, 40);
const seed = 20_261_125;

describe('F-05 a database with a flipped page', () => {
  let data: string;
  const file = () => join(data, 'creance.db');
  const clock = new FakeClock();
  const opened = () => openSqliteStore({ directory: data, identity, clock });

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'creance-flipped-'));
    const store = opened();
    if (!store.ok) throw new Error(store.error.code);
    const audit = (at: number) => ({
      kind: 'broker_started' as const,
      at: clock.now(),
      actor: 'broker',
      facts: { issuer: identity.issuer, dev: true, node: String(at) },
    });
    const ask = (at: number) => ({ before: undefined, now: clock.now(), audit: audit(at) });
    const writes = Array.from({ length: 2_000 }, (_, at) =>
      at % 2 === 0 ? store.value.cutBefore(ask(at)) : store.value.appendAudit(audit(at)),
    );
    await Promise.all(writes);
    await store.value.close();
    copyFileSync(file(), `${file()}.good`);
  });
  afterAll(() => rmSync(data, { recursive: true }));

  /** Whether the start, or whoever reads the audit, notices. */
  async function isFound(): Promise<boolean> {
    const store = opened();
    if (!store.ok) return store.error.code === 'store_corrupt';
    await store.value.close();
    return (await creanceHere('audit', 'verify', '--data', data)).exitCode !== 0;
  }

  // breaks when: connection.ts does not look through the pages
  it(`F-05 is refused at the start, or found by the audit, in 99 of 100 (${rounds} pages, seed ${seed})`, async () => {
    const random = seededNumbers(seed);
    const good = readFileSync(`${file()}.good`);
    const pages = Math.floor(good.length / pageBytes);
    let found = 0;
    for (let round = 0; round < rounds; round += 1) {
      const bytes = Buffer.from(good);
      const at = (1 + random(pages - 1)) * pageBytes;
      for (let byte = at; byte < at + pageBytes; byte += 1)
        bytes[byte] = (bytes[byte] as number) ^ 0xff;
      writeFileSync(file(), bytes);
      for (const name of ['-wal', '-shm']) rmSync(file() + name, { force: true });
      if (await isFound()) found += 1;
    }
    expect(found / rounds).toBeGreaterThanOrEqual(0.99);
  });
});
