import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  type FolderFacts,
  folderFinding,
  journalFinding,
  keysFinding,
  storeFinding,
} from './folder.js';
import { diskFinding, nodeFinding, sqliteFinding, telemetryFinding } from './host.js';
import { httpListenFinding, listenFinding } from './running.js';
import type { Finding } from './verdict.js';

/** Every finding that is not ok says what to do. */
function verdictOf({ verdict, fix }: Finding): string {
  expect(fix !== undefined && fix.length > 0).toBe(verdict !== 'ok');
  return verdict;
}

describe('nodeFinding', () => {
  it.each([
    ['20.19.5', 'fail'],
    ['22.14.9', 'fail'],
    ['22.15.0', 'ok'],
    ['24.21.0', 'ok'],
    ['25.0.0', 'warn'],
    ['v24', 'fail'],
  ])('finds Node %s %s', (version, verdict) => {
    expect(verdictOf(nodeFinding(version))).toBe(verdict);
  });
});

describe('sqliteFinding', () => {
  it.each([
    [true, 'ok'],
    [false, 'fail'],
  ])('judges one that is safe: %s', (isSafe, verdict) => {
    expect(verdictOf(sqliteFinding({ version: '3.53.0', isSafe }))).toBe(verdict);
  });
});

describe('diskFinding', () => {
  const mebibyte = 1_048_576;
  it.each([
    [undefined, 0, 'warn'],
    [63 * mebibyte, 0, 'fail'],
    [64 * mebibyte, 0, 'warn'],
    [1_023 * mebibyte, 0, 'warn'],
    [1_024 * mebibyte, 0, 'ok'],
    [2_048 * mebibyte, 4_096 * mebibyte, 'warn'],
  ])('finds %s free bytes with a history of %s %s', (free, history, verdict) => {
    expect(verdictOf(diskFinding(free, history))).toBe(verdict);
  });
});

describe('telemetryFinding', () => {
  it.each([
    [undefined, 'ok'],
    [{ endpoint: 'http://localhost:4318', reached: true }, 'ok'],
    [{ endpoint: 'http://localhost:4318', reached: false }, 'warn'],
  ])('finds %j %s', (asked, verdict) => {
    expect(verdictOf(telemetryFinding(asked))).toBe(verdict);
  });
});

const path = '/var/lib/creance';
const folder: FolderFacts = {
  path,
  code: undefined,
  mode: 0o700,
  uid: 1_000,
  ownUid: 1_000,
  isFolder: true,
  kind: 'production',
  keys: [],
};

describe('folderFinding', () => {
  it.each<[string, Partial<FolderFacts>, string]>([
    ['as it should be', {}, 'ok'],
    ['of a development broker', { kind: 'dev' }, 'ok'],
    ['before the first start', { kind: 'none' }, 'ok'],
    ['that is missing', { code: 'ENOENT' }, 'warn'],
    ['that cannot be read', { code: 'EACCES' }, 'fail'],
    ['that is a file', { isFolder: false }, 'fail'],
    ['whose identity is broken', { kind: 'broken' }, 'fail'],
    ['that others can write', { mode: 0o770 }, 'fail'],
    ['that others can look into', { mode: 0o755 }, 'warn'],
    ['of another user', { uid: 0 }, 'fail'],
    ['of another user, as root', { uid: 1_001, ownUid: 0 }, 'ok'],
    ['where there are no users', { uid: 0, ownUid: undefined }, 'ok'],
  ])('judges one %s', (_, facts, verdict) => {
    expect(verdictOf(folderFinding({ ...folder, ...facts }))).toBe(verdict);
  });

  it('says for which kind of broker it is', () => {
    expect(folderFinding(folder).found).toBe(`${path}, of a production broker`);
  });
});

describe('keysFinding', () => {
  const key = { path: `${path}/keys/anchor.json`, code: undefined, mode: 0o600, uid: 1_000 };
  it.each([
    [[], 'ok'],
    [[key], 'ok'],
    [[key, { ...key, mode: 0o640 }], 'fail'],
    [[key, { ...key, mode: 0o604 }], 'fail'],
    [[key, { ...key, code: 'EACCES' }], 'fail'],
    [[key, { ...key, uid: 0 }], 'fail'],
  ])('judges %j', (keys, verdict) => {
    expect(verdictOf(keysFinding({ keys, uid: 1_000 }))).toBe(verdict);
  });
});

it('names every key file that others can read, so that one line mends them', () => {
  const open = ['anchor', 'feed'].map((name) => ({
    ...{ path: `${path}/keys/${name}.json`, code: undefined, mode: 0o644, uid: 1_000 },
  }));
  const { found, fix } = keysFinding({ keys: open, uid: 1_000 });
  const [anchor, feed] = open.map((each) => each.path);
  expect(found).toBe(`others can read ${anchor}, ${feed}`);
  expect(fix).toContain(`chmod 600 ${anchor} ${feed};`);
});

describe('storeFinding', () => {
  const [low, high] = [5, 6] as Revision[];
  it.each([
    [{ head: undefined, mark: undefined, fault: undefined }, 'ok'],
    [{ head: high, mark: high, fault: undefined }, 'ok'],
    [{ head: high, mark: low, fault: undefined }, 'ok'],
    [{ head: high, mark: undefined, fault: undefined }, 'ok'],
    // breaks when: a store that was put back from a backup looks well
    [{ head: low, mark: high, fault: undefined }, 'fail'],
    [{ head: undefined, mark: high, fault: undefined }, 'fail'],
    [{ head: high, mark: 'broken' as const, fault: undefined }, 'fail'],
    [{ head: undefined, mark: undefined, fault: 'SQLITE_NOTADB' }, 'fail'],
  ])('judges %j', (look, verdict) => {
    expect(verdictOf(storeFinding({ ...look, cutsWaiting: 0 }))).toBe(verdict);
  });
});

describe('journalFinding', () => {
  const look = { head: undefined, mark: undefined, fault: undefined };
  // breaks when: cuts that no table has look like none
  it.each([
    [0, true, 'ok'],
    [3, false, 'warn'],
    [3, true, 'warn'],
  ])('judges %i waiting beside a broker that runs (%s)', (cutsWaiting, isRunning, verdict) => {
    const finding = journalFinding({ ...look, cutsWaiting }, isRunning);
    expect(verdictOf(finding)).toBe(verdict);
    if (cutsWaiting > 0) expect(finding.found).toContain('3 wait for the store');
  });
});

describe('httpListenFinding', () => {
  it.each([
    [undefined, 'ok'],
    ['EADDRINUSE', 'fail'],
    ['EACCES', 'fail'],
  ])('judges %s', (code, verdict) => {
    expect(verdictOf(httpListenFinding('127.0.0.1:7421', code))).toBe(verdict);
  });
});

describe('listenFinding', () => {
  it.each([
    ['free' as const, 'ok'],
    ['serving' as const, 'ok'],
    ['not_serving' as const, 'warn'],
    ['other' as const, 'fail'],
    [{ code: 'EACCES' }, 'fail'],
    [{ code: 'EADDRNOTAVAIL' }, 'fail'],
    [{ code: 'EMFILE' }, 'fail'],
  ])('judges %j', (facts, verdict) => {
    expect(verdictOf(listenFinding('127.0.0.1:7420', facts))).toBe(verdict);
  });
});
