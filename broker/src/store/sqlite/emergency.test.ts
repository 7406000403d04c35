import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../domain/limits.js';
import { handleOf, sessionIdOf, thumbprintOfName } from '../../doubles/ids.js';
import { journalledCuts } from '../emergency/cut-journal.js';
import { recordBytes } from '../emergency/journalled-cut.js';
import type { LogRow } from '../store.js';
import { assembleStore } from './assemble.js';
import { event, handles, member, writesAbout } from './doubles/every-write.js';
import { connected, identity, removeStages, type Stage, stage } from './doubles/failing-commit.js';
import { cutJournalName, openMarks } from './marks.js';
import { verifyAudit } from './verify-audit.js';

let folder: string;
let on: Stage;
let heard: LogRow[];

const full = new Database.SqliteError('', 'SQLITE_FULL');
const failed = new Database.SqliteError('', 'SQLITE_IOERR_FSYNC');
const journal = () => join(folder, cutJournalName);
const a = sessionIdOf('a');

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'creance-emergency-')), 'marks');
  on = stage(undefined, { marks: openMarks(folder) });
  heard = [];
  on.store.onLog((rows) => heard.push(...rows));
  await on.store.memberHandles(member, 'team', handles);
  for (const name of ['a', 'b']) {
    const { token, open } = writesAbout(on, name);
    await token?.();
    await open?.();
  }
});
afterEach(async () => {
  await on.store.close();
  removeStages();
  rmSync(join(folder, '..'), { recursive: true });
});

/** The same files in another process. */
function again(): Stage['store'] {
  const db = connected(on.file);
  return assembleStore(db, { identity, clock: on.clock, marks: openMarks(folder) }, () => {});
}

const cutOf = (name: string) => writesAbout(on, name)['cut'] as () => Promise<{ ok: boolean }>;
const rowsOf = ({ store }: Pick<Stage, 'store'>) => store.logAfter(revisionZero, 100);

function recordsOf(file: string, kind: string): Record<string, unknown>[] {
  const db = new Database(file, { readonly: true });
  const texts = db.prepare('SELECT record FROM audit ORDER BY sequence').pluck().all() as string[];
  db.close();
  return texts.map((text) => JSON.parse(text)).filter((record) => record.kind === kind);
}

const handleCutEvent = () => ({ ...event(on), kind: 'handle_cut' as const, actor: 'somebody' });

describe('a cut that the disk does not take', () => {
  // breaks when: emergency-store.ts gives the refusal of a failed group to whoever cuts
  it.each([
    ['is full', full, 'store_full'],
    ['has failed', failed, 'store_failed'],
  ])('stands at once when the disk %s, and no write that gives does', async (_, fault, error) => {
    on.failCommit(fault);
    const before = on.store.head();
    const { issue, open, delegate } = writesAbout(on, 'b');
    const done = await cutOf('a')();
    expect(done).toMatchObject({ ok: true, value: { sessionsEnded: 1 } });
    expect(on.store.session(a)?.end).toBe('revoked');
    expect(heard.map(({ entry }) => entry)).toContainEqual({
      kind: 'handle',
      handle: a,
      absolute: true,
    });
    expect(on.store.head()).toBeGreaterThan(before);
    expect(on.store.keptBy(on.store.head())).toBe('journal');
    expect(on.store.load()).toMatchObject({ cutsPending: 1 });
    for (const write of [issue, open, delegate])
      expect(await write?.()).toEqual({ ok: false, error });
  });

  // breaks when: mergingFirst in emergency-parts.ts writes nothing
  it('is in the tables before anything else once there is room, and once', async () => {
    on.failCommit(full);
    await cutOf('a')();
    const at = on.store.head();
    on.failCommit(undefined);
    expect(await writesAbout(on, 'a')['issue']?.()).toEqual({
      ok: false,
      error: 'session_revoked',
    });
    expect(await writesAbout(on, 'b')['issue']?.()).toEqual({ ok: true, value: at });
    expect(on.store.keptBy(at)).toBe('store');
    expect(journalledCuts(journal())).toEqual([]);
    expect(rowsOf(on).map(({ revision }) => revision)).toEqual([at]);
    expect(heard.length).toBe(1);
    expect(verifyAudit(on.file).fault).toBeUndefined();
  });

  // breaks when: assemble.ts does not merge the journal at a start
  it('is merged by the next start with author, reason and time, before anything is served', async () => {
    on.failCommit(failed);
    const target = { kind: 'workload', name: member.name } as const;
    const audit = { ...handleCutEvent(), facts: { reason: 'stolen', target: 'workload' } };
    const journalledAt = on.clock.now();
    const done = await on.store.cutHandle({ target, now: journalledAt, audit });
    expect(done).toMatchObject({ ok: true, value: { sessionsEnded: 2 } });
    const at = on.store.head();
    on.clock.advance(60);
    await on.store.close();
    const store = again();
    expect(store.head()).toBe(at);
    expect([store.session(a)?.end, store.session(sessionIdOf('b'))?.end]).toEqual([
      'revoked',
      'revoked',
    ]);
    expect(journalledCuts(journal())).toEqual([]);
    const [record, second] = recordsOf(on.file, 'handle_cut');
    expect(second).toBeUndefined();
    expect(record).toMatchObject({
      actor: 'somebody',
      at: on.clock.now(),
      facts: { reason: 'stolen', journalledAt, revision: at, sessionsEnded: 2 },
    });
    expect(verifyAudit(on.file).fault).toBeUndefined();
    await store.close();
  });

  // breaks when: merge-journal.ts does not ask isMerged
  it('is merged once whatever the journal holds of it: kept after the merge, doubled, torn', async () => {
    on.failCommit(failed);
    await cutOf('a')();
    const at = on.store.head();
    const kept = `${journal()}.kept`;
    copyFileSync(journal(), kept);
    await on.store.close();
    await again().close();
    const bytes = readFileSync(kept);
    const torn = bytes.subarray(0, recordBytes / 2);
    bytes.copy(bytes, recordBytes, 0, recordBytes);
    torn.copy(bytes, 2 * recordBytes);
    bytes.writeUInt8(bytes.readUInt8(2 * recordBytes + 100) ^ 1, 2 * recordBytes + 100);
    writeFileSync(journal(), bytes);
    const store = again();
    expect(store.head()).toBe(at);
    expect(rowsOf({ store }).length).toBe(1);
    expect(
      recordsOf(on.file, 'token_issued').filter(({ facts }) => 'journalledAt' in (facts as object))
        .length,
    ).toBe(1);
    await store.close();
    expect(readFileSync(journal()).every((byte) => byte === 0)).toBe(true);
  });

  // breaks when: isChain in merge-journal.ts is always true
  it('moves above a group that was refused and is on the disk all the same: no view is known that lacks it', async () => {
    on.failCommit(failed);
    await cutOf('a')();
    const told = on.store.head();
    await on.store.close();
    // As WAL recovery finds it: SQLite said that the fsync had failed, and the pages were there.
    const db = connected(on.file);
    const hidden = (told - 1) as Revision;
    db.prepare("INSERT INTO log (revision, kind, handle, absolute) VALUES (?, 'handle', ?, 1)").run(
      hidden,
      handleOf('hidden'),
    );
    db.close();
    const store = again();
    expect(store.isKnownRevision(told)).toBe(false);
    const rows = rowsOf({ store });
    expect(rows.map(({ entry }) => entry.kind === 'handle' && entry.handle)).toEqual([
      handleOf('hidden'),
      a,
    ]);
    expect(rows.at(-1)?.revision).toBeGreaterThan(told);
    await store.close();
  });

  // breaks when: log.ts reserves above the head alone
  it('never has the revision that a refused group was given', async () => {
    on.failCommit(full);
    await writesAbout(on, 'b')['suspend']?.();
    await cutOf('a')();
    on.failCommit(undefined);
    await cutOf('b')();
    const revisions = rowsOf(on).map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(2);
    expect(revisions[0]).toBe(on.clock.now() + 1);
  });

  it('takes evidence and token keys out of use for good', async () => {
    on.failCommit(full);
    const { evidence, tokenKeys } = writesAbout(on, 'a');
    expect(await evidence?.()).toMatchObject({ ok: true });
    expect(await tokenKeys?.()).toMatchObject({ ok: true });
    on.failCommit(undefined);
    const key: Thumbprint = thumbprintOfName('a');
    await on.store.appendAudit(event(on));
    expect((await on.store.evidenceKey(key))?.isCut).toBe(true);
    await on.store.close();
    const marks = openMarks(folder);
    expect([marks.evidence.has(key), marks.tokenKeys.has(key)]).toEqual([true, true]);
    marks.close();
  });

  // breaks when: cut-journal.ts does not look at `limits.cutsJournalled`
  it('is refused by name when the journal is full, and what it holds is all merged', async () => {
    on.failCommit(full);
    const ask = { before: undefined, now: on.clock.now(), audit: event(on) };
    for (let made = 0; made < limits.cutsJournalled; made += 1)
      expect((await on.store.cutBefore(ask)).ok).toBe(true);
    expect(await on.store.cutBefore(ask)).toEqual({ ok: false, error: 'cut_journal_full' });
    expect(on.store.load().cutsPending).toBe(limits.cutsJournalled);
    on.failCommit(undefined);
    await on.store.appendAudit(event(on));
    expect(rowsOf(on).length).toBe(100);
    expect(on.store.load().cutsPending).toBe(0);
  });

  it('is in the feed of those who subscribe meanwhile, and is a revision that is known', async () => {
    on.failCommit(full);
    await cutOf('a')();
    await cutOf('b')();
    const [first, second] = rowsOf(on);
    expect(on.store.logAfter(first?.revision as Revision, 10)).toEqual([second]);
    expect(on.store.logAfter(revisionZero, 1)).toEqual([first]);
    expect(on.store.isKnownRevision(second?.revision as Revision)).toBe(true);
  });

  it('finds its journal at full size from the first start, readable by its owner alone', () => {
    expect(existsSync(journal())).toBe(true);
    expect(readFileSync(journal()).length).toBe(recordBytes * limits.cutsJournalled);
  });
});
