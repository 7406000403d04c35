import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openedAt } from '../doubles/sessions.js';
import { openKeys } from './broker-keys.js';

const identity = { issuer: 'https://creance.example.internal', dev: false };
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'creance-keys-')), 'keys');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function idsOf(): readonly string[] {
  const keys = openKeys(folder, identity, openedAt);
  if (!keys.ok) throw new Error(keys.error.lines.join());
  const { anchor, feed, audit, ring } = keys.value;
  const tokens = ring.keys().map(({ signer }) => signer.keyId);
  return [anchor.keyId, feed.keyId, audit.keyId, ...tokens];
}

describe('openKeys', () => {
  it('makes a key for each purpose, all different, and finds the same ones again', () => {
    const ids = idsOf();
    expect(new Set(ids).size).toBe(5);
    expect(idsOf()).toEqual(ids);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('keeps all of them from the broker of another issuer, and from one for development', () => {
    idsOf();
    for (const other of [
      { ...identity, dev: true },
      { ...identity, issuer: 'https://other.example' },
    ]) {
      expect(openKeys(folder, other, openedAt)).toMatchObject({
        ok: false,
        error: { code: 'key_unusable', exitCode: 78 },
      });
    }
  });

  it.each(['anchor', 'feed', 'audit', 'destinations'])(
    'does not start when others can read the %s key',
    (purpose) => {
      idsOf();
      chmodSync(join(folder, `${purpose}.json`), 0o640);
      const opened = openKeys(folder, identity, openedAt);
      expect(opened).toMatchObject({ ok: false, error: { code: 'key_unusable' } });
      expect(!opened.ok && opened.error.lines[0]).toContain(join(folder, `${purpose}.json`));
    },
  );
});
