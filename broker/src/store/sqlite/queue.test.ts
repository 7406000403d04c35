import { ok, type Result, refuse } from '@creance/proto';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../doubles/fake-clock.js';
import { Journal } from './journal.js';
import { WriteQueue } from './queue.js';

/** A queue over a transaction that takes so long and fails as told. */
function queueOf({
  commitRows = 256,
  commitMillis = 2,
  writesWaiting = 10_000,
  takesMillis = 0,
} = {}) {
  const clock = new FakeClock();
  const groups: string[][] = [];
  const failures: Error[] = [];
  const committed: [number, number][] = [];
  const faults: Partial<Record<'begin' | 'commit' | 'rollBack', Error>> = {};
  const journal = new Journal();
  const step = (name: keyof typeof faults) => {
    if (faults[name] !== undefined) throw faults[name];
  };
  const queue = new WriteQueue({
    transaction: {
      begin: () => {
        step('begin');
        groups.push([]);
      },
      commit: () => {
        clock.advance(takesMillis / 1_000);
        step('commit');
      },
      rollBack: () => step('rollBack'),
    },
    journal,
    clock,
    limits: { commitRows, commitMillis, writesWaiting },
    onCommitted: (writes, millis) => committed.push([writes, millis]),
    onFailed: (fault) => failures.push(fault),
  });
  const write = (name: string) =>
    queue.submit<string, never>(() => {
      groups.at(-1)?.push(name);
      return ok(name);
    });
  return { queue, clock, groups, failures, committed, faults, journal, write };
}

const sqliteFault = (code: string) => new Database.SqliteError('', code);
const failed = refuse('store_failed');

describe('WriteQueue', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells how many writes a group held and how long it took, and how many wait', async () => {
    const { queue, committed, write } = queueOf({ commitRows: 2, takesMillis: 3 });
    const all = Promise.all(['a', 'b', 'c'].map(write));
    void queue.submit(() => ok('cut'), 'cuts');
    expect(queue.waiting).toEqual({ writes: 3, cuts: 1 });
    await all;
    await vi.waitFor(() => expect(committed).toHaveLength(2));
    expect(committed).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(queue.waiting).toEqual({ writes: 0, cuts: 0 });
  });

  it('commits all that wait in one group, at most commitRows, in order', async () => {
    const { groups, write } = queueOf({ commitRows: 3 });
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(write));
    expect(groups).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
  });

  it('starts with the next turn of the loop when idle', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { write } = queueOf({ takesMillis: 5 });
    expect(await write('a')).toEqual(ok('a'));
  });

  // breaks when: #pauseMillis gives zero, or more than commitMillis
  it('waits for more when commits take long, at most commitMillis, and not for a full group', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { groups, write } = queueOf({ commitRows: 3, takesMillis: 50 });
    await write('a');
    const b = write('b');
    await new Promise(setImmediate);
    const c = write('c');
    vi.advanceTimersByTime(1);
    await new Promise(setImmediate);
    expect(groups).toEqual([['a']]);
    vi.advanceTimersByTime(1);
    await Promise.all([b, c]);
    expect(groups).toEqual([['a'], ['b', 'c']]);
    await Promise.all(['d', 'e', 'f'].map(write));
    expect(groups.at(-1)).toEqual(['d', 'e', 'f']);
  });

  it('does not wait once the last commit is long past', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { clock, write } = queueOf({ takesMillis: 50 });
    await write('a');
    clock.advance(0.002);
    expect(await write('b')).toEqual(ok('b'));
  });

  // breaks when: runGroup answers inside the transaction
  it('answers nobody before COMMIT', async () => {
    const { queue, faults } = queueOf();
    faults.commit = sqliteFault('SQLITE_FULL');
    expect(await queue.submit(() => ok('written'))).toEqual(refuse('store_full'));
  });

  it('refuses a group with store_full when the disk is full, and goes on when it is not', async () => {
    const { faults, failures, write } = queueOf();
    faults.commit = sqliteFault('SQLITE_FULL');
    const full = refuse('store_full');
    expect(await Promise.all(['a', 'b'].map(write))).toEqual([full, full]);
    delete faults.commit;
    expect(await write('c')).toEqual(ok('c'));
    expect(failures).toEqual([]);
  });

  it('refuses a group with store_busy while somebody else writes, and goes on after it', async () => {
    const { faults, failures, write } = queueOf();
    faults.begin = sqliteFault('SQLITE_BUSY');
    expect(await write('a')).toEqual(refuse('store_busy'));
    delete faults.begin;
    expect(await write('b')).toEqual(ok('b'));
    expect(failures).toEqual([]);
  });

  const disk = [
    ['commit', sqliteFault('SQLITE_IOERR_FSYNC')],
    ['begin', sqliteFault('SQLITE_IOERR_READ')],
    ['commit', sqliteFault('SQLITE_CORRUPT')],
    ['commit', sqliteFault('SQLITE_CONSTRAINT_FOREIGNKEY')],
    ['commit', new Error('not the driver’s')],
  ] as const;

  // breaks when: fail() is not called, or #failed is cleared by a later commit
  it.each(disk)(
    'latches when %s throws %s, also once the disk works again',
    async (part, fault) => {
      const { queue, faults, failures, write } = queueOf({ commitRows: 2 });
      faults[part] = fault;
      expect(await Promise.all(['a', 'b', 'c'].map(write))).toEqual([failed, failed, failed]);
      delete faults[part];
      expect(await write('d')).toEqual(failed);
      expect(await queue.submit(() => ok('cut'), 'cuts')).toEqual(failed);
      expect(failures).toEqual([fault]);
      queue.close();
      expect(await write('e')).toEqual(failed);
    },
  );

  it('latches when a fault cannot even be rolled back', async () => {
    const { queue, faults, failures } = queueOf();
    faults.rollBack = sqliteFault('SQLITE_ERROR');
    const throwing = queue.submit(() => {
      throw new Error('a fault of the item');
    });
    expect(await throwing).toEqual(failed);
    expect(failures.length).toBe(1);
  });

  // breaks when: runGroup rejects the group, or leaves memory as the thrower made it
  it('rejects only the write that throws, and takes back what it did to memory', async () => {
    const { queue, journal, write, groups } = queueOf();
    let memory = 0;
    const fault = new Error('a fault of the item');
    const bump = () => {
      memory += 1;
      journal.onRollback(() => {
        memory -= 1;
      });
    };
    const throwing = (): Result<never, never> => {
      bump();
      throw fault;
    };
    const good = () => {
      bump();
      return ok(memory);
    };
    const all = [good, throwing, good, throwing, good].map((run) =>
      queue.submit<number, never>(run),
    );
    const settled = await Promise.allSettled([...all, write('last')]);
    const answers = settled.map((s) => (s.status === 'fulfilled' ? s.value : s.reason));
    expect(answers).toEqual([ok(1), fault, ok(2), fault, ok(3), ok('last')]);
    expect(memory).toBe(3);
    expect(groups.at(-1)).toEqual(['last']);
  });

  it('gives each lane its own bound', async () => {
    const { queue, write } = queueOf({ writesWaiting: 1 });
    const answers = await Promise.all([
      write('a'),
      write('b'),
      queue.submit(() => ok('cut'), 'cuts'),
      queue.submit(() => ok('cut'), 'cuts'),
    ]);
    const busy = refuse('store_busy');
    expect(answers).toEqual([ok('a'), busy, ok('cut'), busy]);
  });

  it('commits what waits when it closes, and refuses what comes after', async () => {
    const { queue, groups, write } = queueOf({ commitRows: 2 });
    const waiting = ['a', 'b', 'c'].map(write);
    queue.close();
    expect(groups).toEqual([['a', 'b'], ['c']]);
    expect(await write('d')).toEqual(refuse('shutting_down'));
    expect(await Promise.all(waiting)).toEqual([ok('a'), ok('b'), ok('c')]);
  });
});
