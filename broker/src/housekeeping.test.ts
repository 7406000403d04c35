import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Revision, refuse, type Thumbprint } from '@creance/proto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from './domain/limits.js';
import { FakeClock } from './doubles/fake-clock.js';
import { startHousekeeping } from './housekeeping.js';
import type { LogRow, Store } from './store/store.js';
import { openTokenRing, type TokenRing } from './tokens/token-ring.js';

const identity = { issuer: 'https://creance.example.internal', dev: false };
const sweepMillis = 5_000;
const fullSweep = limits.commitRows;

let folder: string;
let clock: FakeClock;
let ring: TokenRing;
/** What the store was asked, in order. */
let story: string[];
let published: string[];
let log: string[];
let refusals: number;
let expired: (number | Error)[];
let gate: Promise<void>;
let rows: LogRow[];
let running: { stop(): void } | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'creance-housekeeping-'));
  clock = new FakeClock();
  const opened = openTokenRing(folder, identity, clock.seconds);
  if (!opened.ok) throw new Error(opened.error.fault);
  ring = opened.value;
  [story, published, log, expired, rows] = [[], [], [], [], []];
  refusals = 0;
  gate = Promise.resolve();
});
afterEach(() => {
  running?.stop();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const store: Pick<
  Store,
  'identity' | 'appendAudit' | 'publishTokenKey' | 'expireSessions' | 'standingRows'
> = {
  identity,
  standingRows: () => rows,
  async appendAudit(event) {
    story.push(event.kind);
    return ok(undefined);
  },
  async publishTokenKey({ keyId }, { kind, facts }) {
    story.push(kind);
    expect(facts['key']).toBe(keyId);
    await gate;
    if (refusals > 0) {
      refusals -= 1;
      return refuse('store_busy');
    }
    published.push(keyId);
    return ok(1 as Revision);
  },
  async expireSessions(now) {
    expect(now).toBe(clock.now());
    story.push('expire');
    const ended = expired.shift() ?? 0;
    if (ended instanceof Error) throw ended;
    return ended;
  },
};

async function start(): Promise<void> {
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(line) });
  running = await startHousekeeping({ store: store as Store, ring, clock, logger });
}

/** Lets so many rounds come. */
async function rounds(count: number): Promise<void> {
  clock.advance((count * sweepMillis) / 1_000);
  await vi.advanceTimersByTimeAsync(count * sweepMillis);
}

const keyIds = () => ring.keys().map(({ signer }) => signer.keyId);

describe('startHousekeeping', () => {
  it('records the start and publishes every key before it is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    let isDone = false;
    const starting = start().then(() => {
      isDone = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(story).toEqual(['broker_started', 'token_key_published']);
    expect(isDone).toBe(false);
    resolve();
    await starting;
    expect(published).toEqual(keyIds());
  });

  // breaks when: a key counts as published whatever the store says
  it('publishes a key again until it is durable, and then no more', async () => {
    refusals = 3;
    await start();
    await rounds(3);
    expect(published.toSorted()).toEqual(keyIds().toSorted());
    expect(story.filter((kind) => kind === 'token_key_published')).toHaveLength(5);
  });

  it('publishes the key of the day after next when a day is over, a whole day ahead', async () => {
    await start();
    clock.advance(limits.tokenKeySeconds);
    await rounds(1);
    expect(published).toHaveLength(3);
    expect(ring.keys().at(-1)?.signsFrom).toBeGreaterThan(
      clock.seconds + limits.tokenKeyOverlapSeconds,
    );
  });

  it('ends sessions that have run out, each round until none is left', async () => {
    await start();
    expired = [fullSweep, fullSweep, 7];
    await rounds(1);
    expect(story.filter((kind) => kind === 'expire')).toHaveLength(3);
    expect(log.join('')).toContain(`"expired":${2 * fullSweep + 7}`);
    await rounds(1);
    expect(story.filter((kind) => kind === 'expire')).toHaveLength(4);
  });

  it('does one round at a time', async () => {
    await start();
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    clock.advance(limits.tokenKeySeconds);
    await rounds(4);
    const waiting = story.filter((kind) => kind === 'token_key_published').length;
    expect(waiting).toBe(3);
    expect(story).not.toContain('expire');
    resolve();
    await rounds(1);
    expect(story).toContain('expire');
  });

  // breaks when: an exception leaves `busy` set
  it('goes on after a round that failed, and says so', async () => {
    await start();
    expired = [new Error('disk')];
    await rounds(2);
    expect(log.join('')).toContain('"error":"disk"');
    expect(story.filter((kind) => kind === 'expire')).toHaveLength(2);
  });

  it('does nothing more once it is stopped', async () => {
    await start();
    running?.stop();
    const before = story.length;
    await rounds(10);
    expect(story).toHaveLength(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  // breaks when: startHousekeeping publishes before it drops, or reads only the first page of the log
  it('never signs again with a key that the log has cut, though its file is still there', async () => {
    const [cut, next] = keyIds();
    const other = (at: number): LogRow => {
      return { revision: at as Revision, entry: { kind: 'before', before: 1 as Revision } };
    };
    rows = [
      ...Array.from({ length: 2_500 }, (_, at) => other(at + 1)),
      { revision: 2_501 as Revision, entry: { kind: 'key-cut', keyId: cut as Thumbprint } },
      {
        revision: 2_502 as Revision,
        entry: { kind: 'key-cut', keyId: 'of another' as Thumbprint },
      },
      ...Array.from({ length: 10 }, (_, at) => other(2_503 + at)),
    ];
    await start();
    expect(keyIds()).toContain(next);
    expect(keyIds()).not.toContain(cut);
    expect(published).not.toContain(cut);
    const signing = ring.signerAt(clock.seconds)?.keyId;
    expect(published).toContain(signing);
    const again = openTokenRing(folder, identity, clock.seconds);
    expect(again.ok && again.value.keys().map(({ signer }) => signer.keyId)).not.toContain(cut);
  });
});
