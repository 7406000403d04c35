import { ok, type Revision, revisionZero } from '@creance/proto';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../domain/audit.js';
import { plusSeconds } from '../../domain/instant.js';
import { handleOf, sessionIdOf, thumbprintOfName } from '../../doubles/ids.js';
import { assembleStore } from './assemble.js';
import { connected, identity, removeStages, type Stage, stage } from './doubles/failing-commit.js';
import { StoreFault } from './fault.js';
import { verifyAudit } from './verify-audit.js';

const sqliteFault = (code: string) => new Database.SqliteError('', code);
const member = { kind: 'workload', name: 'w' } as const;
const handles = { member: handleOf('m'), owner: handleOf('o') };

function event({ clock }: Pick<Stage, 'clock'>): AuditEvent {
  return { kind: 'token_issued', at: clock.now(), actor: 'test', facts: {} };
}

/** One write of each kind about the session of a name, none of which waits for another. */
function writesAbout(stage: Stage, name: string): Record<string, () => Promise<unknown>> {
  const { store, clock } = stage;
  const under = () => ({ session: sessionIdOf(name), now: clock.now(), audit: event(stage) });
  const hash = thumbprintOfName(`token ${name}`);
  const key = thumbprintOfName(name);
  const keyExpiresAt = plusSeconds(clock.now(), 1e6);
  const freshHandle = handleOf(`evidence ${name}`);
  return {
    members: () => store.memberHandles({ ...member, name }, name, { ...freshHandles(name) }),
    token: () =>
      store.createJoinToken(
        { hash, handle: handleOf(hash), member, expiresAt: keyExpiresAt, uses: 1, networks: [] },
        event(stage),
      ),
    open: () =>
      store.openSession({
        now: clock.now(),
        id: sessionIdOf(name),
        member,
        handles,
        key,
        transaction: name,
        absoluteEndAt: plusSeconds(clock.now(), 28_800),
        evidence: { kind: 'join-token', hash, key, freshHandle, keyExpiresAt },
        audit: event(stage),
      }),
    issue: () => store.issueToken(under()),
    renew: () => store.renewSession(under()),
    cut: () => store.cutSession(under()),
    before: () => store.cutBefore({ before: undefined, now: clock.now(), audit: event(stage) }),
    publish: () => store.publishTokenKey({ keyId: key, x: key, y: key, retireAt: 1 }, event(stage)),
    expire: () => store.expireSessions(clock.now()),
    audit: () => store.appendAudit(event(stage)),
  };
}

function freshHandles(name: string) {
  return { member: handleOf(`member ${name}`), owner: handleOf(`owner ${name}`) };
}

/** All that memory says. */
function memory({ store }: Stage, names: readonly string[]) {
  return {
    head: store.head(),
    live: store.liveSessions({ size: 100, after: undefined }),
    paths: names.map((name) => store.path(sessionIdOf(name))),
  };
}

function disk({ db }: Stage): unknown {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  return tables.map((name) => db.prepare(`SELECT * FROM ${name}`).all());
}

const settled = (promises: readonly Promise<unknown>[]) => Promise.allSettled(promises);

afterEach(removeStages);

describe('a store whose disk fails', () => {
  // breaks when: any step of mirror.ts, log.ts, audit.ts or members.ts forgets to note how to take it back
  it('is after any mix of failed and good groups what it is after the good ones alone', async () => {
    const names = ['a', 'b', 'c'];
    const kinds = Object.keys(writesAbout(stage(':memory:'), 'a'));
    // Sessions that live for a while, so that there is something to spoil.
    const kind = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('open', 'issue') },
      { weight: 1, arbitrary: fc.constantFrom(...kinds) },
    );
    const write = fc.record({ kind, name: fc.constantFrom(...names) });
    const group = fc.record({
      fails: fc.boolean(),
      seconds: fc.constantFrom(0, 1, 31, 400, 700),
      writes: fc.array(write, { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 10 }), async (groups) => {
        const [faulty, good] = [stage(':memory:'), stage(':memory:')];
        const tokens = names.flatMap((name) =>
          [faulty, good].map((on) => writesAbout(on, name)['token']?.()),
        );
        await Promise.all(tokens);
        for (const { fails, seconds, writes } of groups) {
          for (const each of [faulty, good]) each.clock.advance(seconds);
          const run = (on: Stage) =>
            settled(
              writes.map(({ kind, name }) => writesAbout(on, name)[kind]?.() ?? ok(0)) as never,
            );
          if (fails) {
            faulty.failCommit(sqliteFault('SQLITE_FULL'));
            const before = [memory(faulty, names), disk(faulty)];
            await run(faulty);
            expect([memory(faulty, names), disk(faulty)]).toEqual(before);
            faulty.failCommit(undefined);
          } else {
            expect(await run(faulty)).toEqual(await run(good));
          }
          expect(memory(faulty, names)).toEqual(memory(good, names));
        }
        expect(disk(faulty)).toEqual(disk(good));
        await Promise.all([faulty.store.close(), good.store.close()]);
      }),
      { numRuns: 200, seed: 20_261_124 },
    );
  });

  it('tells no listener what was not committed', async () => {
    const on = stage();
    const heard: Revision[] = [];
    on.store.onLog((rows) => heard.push(...rows.map(({ revision }) => revision)));
    on.failCommit(sqliteFault('SQLITE_FULL'));
    const { before } = writesAbout(on, 'a');
    expect(await before?.()).toEqual({ ok: false, error: 'store_full' });
    on.failCommit(undefined);
    await before?.();
    expect(heard).toEqual(on.store.logAfter(revisionZero, 10).map(({ revision }) => revision));
    expect(heard.length).toBe(1);
  });

  it('refuses every write for good after EIO, says so once, and is whole after a restart', async () => {
    const on = stage();
    const { token, open, cut, issue, members, expire } = writesAbout(on, 'a');
    await token?.();
    await open?.();
    on.failCommit(sqliteFault('SQLITE_IOERR_FSYNC'));
    const failed = { ok: false, error: 'store_failed' };
    expect(await Promise.all([issue?.(), cut?.()])).toEqual([failed, failed]);
    on.failCommit(undefined);
    expect(await cut?.()).toEqual(failed);
    await expect(members?.()).rejects.toThrow(StoreFault);
    await expect(expire?.()).rejects.toMatchObject({ reason: 'store_failed' });
    expect(on.failures.map((fault) => (fault as { code?: string }).code)).toEqual([
      'SQLITE_IOERR_FSYNC',
    ]);
    await on.store.close();
    const store = assembleStore(connected(on.file), { identity, clock: on.clock }, () => {});
    expect(store.session(sessionIdOf('a'))?.end).toBeUndefined();
    await store.close();
  });

  it('fails for good when a read fails', async () => {
    const on = stage();
    const other = new Database(on.file);
    other.exec('DROP TABLE redemptions; DROP TABLE join_tokens');
    other.close();
    await expect(on.store.joinToken(thumbprintOfName('x'))).rejects.toThrow();
    expect(await on.store.appendAudit(event(on))).toEqual({ ok: false, error: 'store_failed' });
    expect(on.failures.length).toBe(1);
  });

  // A real SQLITE_FULL: the database may not grow.
  it('refuses with store_full while there is no room, loses nothing, and goes on when there is', async () => {
    const on = stage();
    const pages = Number(on.db.pragma('page_count', { simple: true }));
    on.db.pragma(`max_page_count = ${pages + 2}`);
    let written = 0;
    for (;;) {
      const done = await on.store.appendAudit(event(on));
      if (!done.ok) {
        expect(done.error).toBe('store_full');
        break;
      }
      written += 1;
    }
    expect(await on.store.appendAudit(event(on))).toEqual({ ok: false, error: 'store_full' });
    expect(on.failures).toEqual([]);
    on.db.pragma('max_page_count = 100000');
    expect((await on.store.appendAudit(event(on))).ok).toBe(true);
    const { records, fault } = verifyAudit(on.file);
    expect({ records, fault }).toEqual({ records: written + 1, fault: undefined });
    await on.store.close();
  });

  it('refuses with store_busy while somebody else writes, and goes on after it', async () => {
    const on = stage();
    const other = new Database(on.file);
    other.exec('BEGIN IMMEDIATE');
    expect(await on.store.appendAudit(event(on))).toEqual({ ok: false, error: 'store_busy' });
    other.exec('ROLLBACK');
    expect((await on.store.appendAudit(event(on))).ok).toBe(true);
    other.close();
  });
});
