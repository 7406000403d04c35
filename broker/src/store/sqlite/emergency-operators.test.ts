import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../domain/instant.js';
import { handleOf, sessionIdOf, thumbprintOfName } from '../../doubles/ids.js';
import type { OpenSession } from '../store.js';
import { event, handles, member } from './doubles/every-write.js';
import { removeStages, type Stage, stage } from './doubles/failing-commit.js';
import { openMarks } from './marks.js';

const full = new Database.SqliteError('', 'SQLITE_FULL');
let folder: string;
let on: Stage;

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'creance-emergency-')), 'marks');
  on = stage(undefined, { marks: openMarks(folder) });
  await on.store.memberHandles(member, 'team', handles);
});
afterEach(async () => {
  await on.store.close();
  removeStages();
  rmSync(join(folder, '..'), { recursive: true });
});

const handleCutEvent = () => ({ ...event(on), kind: 'handle_cut' as const, actor: 'somebody' });

function recordsOf(file: string, kind: string): Record<string, unknown>[] {
  const db = new Database(file, { readonly: true });
  const texts = db.prepare('SELECT record FROM audit ORDER BY sequence').pluck().all() as string[];
  db.close();
  return texts.map((text) => JSON.parse(text)).filter((record) => record.kind === kind);
}

describe('a cut that the disk does not take', () => {
  // breaks when: emergency.ts leaves out the records of sessions that were opened meanwhile
  it('is made by an operator whose session is in the audit before it, once there is room', async () => {
    const oncall = { kind: 'operator', name: 'oncall' } as const;
    const [hash, key] = [thumbprintOfName('join oncall'), thumbprintOfName('evidence oncall')];
    const until = plusSeconds(on.clock.now(), 3_600);
    const once = {
      hash,
      handle: handleOf(hash),
      member: oncall,
      expiresAt: until,
      uses: 1,
      networks: [],
    };
    await on.store.createJoinToken(once, event(on));
    const opening = (name: string, evidence: OpenSession['evidence']): OpenSession => ({
      now: on.clock.now(),
      id: sessionIdOf(name),
      member: oncall,
      handles: { member: handleOf('oncall'), owner: handleOf('creance') },
      key: thumbprintOfName(name),
      transaction: name,
      absoluteEndAt: until,
      principal: undefined,
      upstream: undefined,
      task: undefined,
      child: undefined,
      evidence,
      audit: { ...event(on), kind: 'session_opened', actor: name },
    });
    const freshHandle = handleOf('evidence of oncall');
    const joining = { kind: 'join-token', hash, key, freshHandle, keyExpiresAt: until } as const;
    expect(await on.store.openSession(opening('first', joining))).toMatchObject({ ok: true });
    on.failCommit(full);
    const byKey = { kind: 'key-assertion', key } as const;
    expect(await on.store.openSession(opening('second', byKey))).toMatchObject({ ok: true });
    expect(on.store.path(sessionIdOf('second'))).toMatchObject([
      { name: 'oncall', end: undefined },
    ]);
    const audit = { ...handleCutEvent(), actor: sessionIdOf('second') };
    const target = { kind: 'workload', name: member.name } as const;
    await on.store.cutHandle({ target, now: on.clock.now(), audit });
    on.failCommit(undefined);
    await on.store.appendAudit(event(on));
    await on.store.appendAudit(event(on));
    expect(recordsOf(on.file, 'session_opened').map(({ actor }) => actor)).toEqual([
      'first',
      'second',
    ]);
    expect(recordsOf(on.file, 'handle_cut')[0]?.['facts']).toMatchObject({ operator: 'oncall' });
    // Evidence that was cut ends what it has opened, with or without a row.
    const cutKey = { kind: 'evidence-key', key } as const;
    await on.store.cutHandle({ target: cutKey, now: on.clock.now(), audit: handleCutEvent() });
    expect(on.store.path(sessionIdOf('second'))[0]?.end).toBe('revoked');
    on.failCommit(full);
    expect(await on.store.openSession(opening('third', byKey))).toEqual({
      ok: false,
      error: 'evidence_key_revoked',
    });
  });
});
