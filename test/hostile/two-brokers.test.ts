import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BrokerProcess, creanceCommand, crmAudience } from '../support/broker-process.js';
import { RawClient } from '../support/raw-client.js';
import { outcomeOf, type RawSession } from '../support/raw-tree.js';
import { TestKey } from '../support/test-key.js';

let broker: BrokerProcess;
let client: RawClient;
let folders: string[];

beforeEach(async () => {
  folders = [];
  broker = new BrokerProcess();
  await broker.start();
  client = new RawClient(broker.address);
});
afterEach(async () => {
  client.close();
  await broker.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Tries to start another broker on a folder. Gives what it says in the end. */
const second = (data: string) => {
  const manifest = join(broker.data, 'creance.yaml');
  const places = ['--listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
  const args = [creanceCommand, 'dev', '--manifest', manifest, '--data', data, ...places];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
};

async function opened(): Promise<RawSession> {
  const key = new TestKey();
  const join = await broker.joinString('workload', 'triage');
  const { sessionId } = await client.open(join, new TestKey(), key, true);
  return { id: sessionId.toString('base64url'), key };
}

const issue = ({ id, key }: RawSession, by: RawClient = client) =>
  outcomeOf(by.issue(id, key, crmAudience, ['contacts:read']));

describe('two brokers on one folder', { timeout: 90_000 }, () => {
  // breaks when: openSqliteStore takes no lock, or takes it after it has written
  it('are one: the second is refused by name, and the first goes on', async () => {
    const session = await opened();
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, stderr } = second(broker.data);
      expect(status).toBeGreaterThan(0);
      expect(stderr).toContain('another broker runs');
      expect(await issue(session)).toBe('ok');
    }
    await broker.cut(Buffer.from(session.id, 'base64url'));
    expect(await issue(session)).toBe('session_revoked');
  });

  it('after a kill -9 the next one starts at once, and knows every cut', async () => {
    const [alive, dead] = [await opened(), await opened()];
    await broker.cut(Buffer.from(dead.id, 'base64url'));
    await broker.stop('SIGKILL');
    await broker.start();
    expect(await issue(dead)).toBe('session_revoked');
    expect(await issue(alive)).toBe('ok');
    expect(second(broker.data).stderr).toContain('another broker runs');
  });

  // A copy of a folder that is being written may be torn: only one that nobody writes is a backup.
  it('the folder of one that was killed is whole where it is copied: each cut is in it', async () => {
    const dead = await opened();
    const { revision } = await broker.cut(Buffer.from(dead.id, 'base64url'));
    const session = await opened();
    const load = Array.from({ length: 40 }, () => issue(session));
    await Promise.race(load);
    await broker.stop('SIGKILL');
    const copy = mkdtempSync(join(tmpdir(), 'creance-copy-'));
    folders.push(copy);
    cpSync(broker.data, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    await Promise.allSettled(load);
    await broker.start();
    const db = new Database(join(copy, 'creance.db'));
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const rows = db.prepare('SELECT revision FROM log').pluck().safeIntegers().all();
    expect(rows).toContain(revision);
    db.close();
    // The copy is another folder with a lock of its own, and the first broker goes on.
    expect(await issue(session)).toBe('ok');
    expect(await issue(dead)).toBe('session_revoked');
  });
});
