import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openSqliteUnderTest,
  type SqliteUnderTest,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, openRoots } from './asks.js';
import { cut, lived, marksOf, opens, tokenKey } from './restore-fixture.js';

let on: SqliteUnderTest;
beforeEach(async () => {
  on = await openSqliteUnderTest();
});
afterEach(() => on.dispose());

describe('the marks of a store', () => {
  it.skipIf(process.platform === 'win32')('are for the owner alone', async () => {
    await lived(on);
    const modes = ['.', 'high-water', 'revoked-evidence', 'revoked-token-keys'].map(
      (name) => statSync(marksOf(on, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
    await on.store.close();
    chmodSync(marksOf(on), 0o755);
    expect(on.openAgain()).toBe('store_not_private');
    chmodSync(marksOf(on), 0o700);
    expect(on.openAgain()).toBeUndefined();
  });

  // breaks when: assemble.ts answers before it writes the mark
  it('stand at the head when the promise of a write resolves', async () => {
    await openRoots(on, 'a', 'b');
    for (const session of ['a', 'b']) {
      const { revision } = answerOf(await cut(on, session));
      expect(readFileSync(marksOf(on, 'high-water'), 'utf8')).toContain(String(revision));
    }
  });

  it('are made for a store that has none yet', async () => {
    await openRoots(on, 'a');
    const { revision } = answerOf(await cut(on, 'a'));
    await on.store.close();
    rmSync(marksOf(on), { recursive: true });
    expect(on.openAgain()).toBeUndefined();
    expect(readFileSync(marksOf(on, 'high-water'), 'utf8')).toContain(String(revision));
  });

  it('learn at the start what a crash has kept from them', async () => {
    const { mark } = await lived(on);
    await on.store.close();
    const names = readdirSync(marksOf(on));
    rmSync(marksOf(on), { recursive: true });
    expect(on.openAgain()).toBeUndefined();
    expect(readdirSync(marksOf(on))).toEqual(names);
    expect(readFileSync(marksOf(on, 'high-water'), 'utf8')).toContain(String(mark));
    const key = thumbprintOfName('evidence stolen');
    expect(readFileSync(marksOf(on, 'revoked-evidence'), 'utf8')).toBe(`${key}\n`);
    expect(readFileSync(marksOf(on, 'revoked-token-keys'), 'utf8')).toBe(
      `${tokenKey('k').keyId}\n`,
    );
  });

  // breaks when: markOf takes what it cannot read for zero
  it.each(['high-water', 'revoked-evidence', 'revoked-token-keys'])(
    'are refused without %s, until somebody says that the store was put back',
    async (name) => {
      await openRoots(on, 'a');
      await cut(on, 'a');
      await on.store.close();
      rmSync(marksOf(on, name));
      expect(on.openAgain()).toBe('store_behind_mark');
      expect(on.openAgain(true)).toBeUndefined();
      expect(existsSync(marksOf(on, name))).toBe(true);
    },
  );

  it('are refused when they cannot be read', async () => {
    await openRoots(on, 'a', 'b');
    await cut(on, 'a');
    await cut(on, 'b');
    await on.store.close();
    const whole = readFileSync(marksOf(on, 'high-water'), 'utf8');
    for (const text of ['', 'x'.repeat(52), whole.replaceAll('1764', '1765'), whole.slice(1)]) {
      writeFileSync(marksOf(on, 'high-water'), text);
      expect(on.openAgain()).toBe('store_behind_mark');
    }
    writeFileSync(marksOf(on, 'high-water'), whole);
    expect(on.openAgain()).toBeUndefined();
  });

  // breaks when: high-water.ts writes one slot only
  it('survive a write that was torn', async () => {
    await openRoots(on, 'a', 'b', 'c');
    for (const session of ['a', 'b', 'c']) {
      answerOf(await cut(on, session));
      await on.store.close();
      const whole = readFileSync(marksOf(on, 'high-water'), 'utf8');
      const head = String(on.store.head());
      const at = whole.indexOf(head);
      expect(at).toBeGreaterThanOrEqual(0);
      writeFileSync(marksOf(on, 'high-water'), `${whole.slice(0, at)}9${whole.slice(at + 1)}`);
      expect(on.openAgain()).toBeUndefined();
      expect(readFileSync(marksOf(on, 'high-water'), 'utf8')).toContain(head);
    }
  });

  it('lose no line after one that was torn', async () => {
    const { putBack } = await lived(on);
    await on.store.close();
    const evidence = marksOf(on, 'revoked-evidence');
    truncateSync(evidence, statSync(evidence).size - 10);
    expect(on.openAgain()).toBeUndefined();
    const lines = readFileSync(evidence, 'utf8').split('\n');
    expect(lines).toContain(thumbprintOfName('evidence stolen'));
    await putBack();
    on.openAgain(true);
    expect(await opens(on, { evidenceKey: 'stolen' })).toBe('evidence_key_revoked');
  });

  it('are made whole or not at all', async () => {
    await on.store.close();
    renameSync(marksOf(on), join(on.directory, 'marks.new'));
    rmSync(join(on.directory, 'marks.new', 'high-water'), { force: true });
    expect(on.openAgain()).toBeUndefined();
    expect(existsSync(marksOf(on, 'high-water'))).toBe(true);
  });
});
