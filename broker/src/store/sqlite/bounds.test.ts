import { type Handle, type Revision, revisionZero } from '@creance/proto';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import { limits } from '../../domain/limits.js';
import type { Session } from '../../domain/session.js';
import { FakeClock } from '../../doubles/fake-clock.js';
import { handleOf } from '../../doubles/ids.js';
import { openedAt, sessionOf } from '../../doubles/sessions.js';
import type { Entry } from './entry.js';
import { expireSessions, shelvedPerSweep } from './expire.js';
import { JoinTokenTable } from './join-token-table.js';
import { Journal } from './journal.js';
import { applyMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';
import { Mirror, type NewEntry } from './mirror.js';
import { openRoom } from './room.js';
import { Shelf, shelfEntries, shelfSeconds } from './shelf.js';

const mirrorOf = (journal: Journal) =>
  new Mirror({ journal, idleSeconds: 600, before: revisionZero });
const entryOf = (session: Session, ordinal: number): NewEntry => {
  return { session, ordinal, ending: undefined, hold: undefined };
};

const some = (count: number) => Array.from({ length: count }, (_, at) => at);

describe('the shelf of ended sessions', () => {
  const entry = () => ({}) as Entry;

  it(`keeps each for ${shelfSeconds} seconds`, () => {
    const forgotten: Entry[] = [];
    const shelf = new Shelf((each) => forgotten.push(each));
    const [one, two] = [entry(), entry()];
    shelf.put(one, openedAt);
    shelf.put(two, plusSeconds(openedAt, 1));
    shelf.sweep((plusSeconds(openedAt, shelfSeconds) - 1) as Instant);
    expect(forgotten).toEqual([]);
    shelf.sweep(plusSeconds(openedAt, shelfSeconds));
    expect(forgotten).toEqual([one]);
  });

  // breaks when: sweep looks at the time alone
  it(`holds at most ${shelfEntries}: the one that ended first goes sooner`, () => {
    const forgotten: Entry[] = [];
    const shelf = new Shelf((each) => forgotten.push(each));
    const all = some(shelfEntries + 2).map(entry);
    for (const each of all) shelf.put(each, openedAt);
    shelf.sweep(openedAt);
    expect(forgotten).toEqual(all.slice(0, 2));
  });
});

describe('a sweep', () => {
  it(`takes at most ${shelvedPerSweep} sessions that a cut has ended out of the live ones`, () => {
    const db = new Database(':memory:');
    applyMigrations(db, migrations, openedAt);
    const room = openRoom(db, new FakeClock(), limits);
    for (const ordinal of some(shelvedPerSweep + 1)) {
      room.mirror.add(entryOf(sessionOf(ordinal), ordinal));
    }
    room.mirror.cuts.endBefore(2 as Revision);
    for (const left of [1, 0]) {
      expect(expireSessions(room, openedAt)).toBe(0);
      room.journal.commit();
      expect(room.mirror.live.all().size).toBe(left);
    }
    expect(room.mirror.path(sessionOf(0).id).at(-1)?.end).toBe('revoked');
  });
});

describe('memory of sessions', () => {
  it('lets go of a session and its place below its parent when it is forgotten', () => {
    const journal = new Journal();
    const mirror = mirrorOf(journal);
    const parent = mirror.add(entryOf(sessionOf('p'), 1));
    const session = sessionOf('c', { parent: parent.session.id });
    const child = mirror.add(entryOf(session, 2));
    mirror.end(child, { as: 'ended', revision: 1 as Revision });
    mirror.shelve([child], openedAt);
    expect(mirror.path(session.id).length).toBe(2);
    mirror.shelve([], plusSeconds(openedAt, shelfSeconds));
    expect(mirror.path(session.id)).toEqual([]);
    expect([parent.children?.size, parent.gone?.size]).toEqual([0, 0]);
  });

  it('finds the older session of a key again when the newer one is taken back', () => {
    const journal = new Journal();
    const mirror = mirrorOf(journal);
    const { key } = sessionOf('a');
    const older = mirror.add(entryOf(sessionOf('a'), 1));
    journal.commit();
    mirror.add(entryOf(sessionOf('b', { key }), 2));
    journal.rollBack();
    expect(mirror.byKey(key)).toBe(older);
    expect([...mirror.live.all()]).toEqual([older]);
  });

  it('finds the newest session of a key, also when an older one is swept after it', () => {
    const mirror = mirrorOf(new Journal());
    const { key } = sessionOf('a');
    const older = mirror.add(entryOf(sessionOf('a'), 1));
    const newer = mirror.add(entryOf(sessionOf('b', { key }), 2));
    mirror.shelve([older], openedAt);
    expect(mirror.byKey(key)).toBe(newer);
    mirror.shelve([newer], openedAt);
    expect(mirror.byKey(key)).toBeUndefined();
  });
});

describe('the redeem', () => {
  const db = new Database(':memory:');
  applyMigrations(db, migrations, openedAt);
  const joinTokens = new JoinTokenTable(db);
  const member = { kind: 'workload', name: 'w' } as const;
  const hash = 'h'.repeat(43);
  const expiresAt = plusSeconds(openedAt, 10);
  const handle: Handle = handleOf('join token');
  joinTokens.insert({ hash, handle, member, expiresAt, uses: 2, networks: [] });
  const redeem = (key: string, now: Instant) => joinTokens.redeem(hash, sessionOf(key).key, now);

  // breaks when: the UPDATE loses one of its conditions
  it('is one conditional update: never beyond the uses, never at or after the end', () => {
    expect(redeem('late', expiresAt)).toBe(false);
    expect(redeem('one', (expiresAt - 1) as Instant)).toBe(true);
    expect(redeem('two', openedAt)).toBe(true);
    expect(redeem('three', openedAt)).toBe(false);
    expect(joinTokens.find(hash)).toMatchObject({ used: 2 });
    expect(joinTokens.find(hash)?.redeemedBy.length).toBe(2);
  });
});
