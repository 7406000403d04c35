import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './doubles/fake-clock.js';
import { ScriptedBroker } from './doubles/scripted-broker.js';
import { fromEnvironment } from './environment.js';
import { defaultKeyFile } from './environment-source.js';
import type { CreanceEvent } from './events.js';

let home: string;
let broker: ScriptedBroker;
let events: CreanceEvent[];
const onEvent = (event: CreanceEvent) => void events.push(event);
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'creance-home-'));
  broker = new ScriptedBroker(new FakeClock());
  events = [];
});
afterEach(() => rm(home, { recursive: true, force: true }));

const filesOf = async (path: string) =>
  (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.json'));

describe('fromEnvironment', () => {
  it.each([{}, { CREANCE_JOIN: '' }, { CREANCE_JOIN: '  ', CREANCE_KEY_FILE: '' }])(
    'names the fix when the environment is %j',
    async (env) => {
      await expect(fromEnvironment(env)).rejects.toMatchObject({
        code: 'CREANCE_NOTHING_CONFIGURED',
        hint: expect.stringContaining('CREANCE_JOIN'),
      });
    },
  );

  it('keeps the key under the home folder, for its owner only', async () => {
    const client = await fromEnvironment({ CREANCE_JOIN: broker.joinString(), HOME: home });
    expect(client.issuer).toBe(broker.issuer);
    const [name, ...others] = await filesOf(home);
    expect(others).toEqual([]);
    expect(name).toMatch(/^\.creance\/[0-9a-f]{16}\/[0-9a-f]{16}\.key\.json$/);
    const path = join(home, name ?? '');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    await client.close();
  });

  it('finds the key of the same join string again, and no other', async () => {
    const one = { CREANCE_JOIN: broker.joinString('join-token-of-the-test-1'), HOME: home };
    const two = { CREANCE_JOIN: broker.joinString('join-token-of-the-test-2'), HOME: home };
    for (const env of [one, one, two]) await (await fromEnvironment(env)).close();
    expect(await filesOf(home)).toHaveLength(2);
  });

  it('takes the file that is named', async () => {
    const path = join(home, 'here.json');
    const join1 = broker.joinString();
    await (await fromEnvironment({ CREANCE_JOIN: join1, CREANCE_KEY_FILE: path })).close();
    await (await fromEnvironment({ CREANCE_KEY_FILE: path })).close();
    expect(await filesOf(home)).toEqual(['here.json']);
  });

  it('says that a named file cannot be written, rather than to forget the key', async () => {
    const env = { CREANCE_JOIN: broker.joinString(), CREANCE_KEY_FILE: '/dev/null/a.json' };
    await expect(fromEnvironment(env)).rejects.toMatchObject({
      code: 'CREANCE_KEY_FILE_UNWRITABLE',
      subject: '/dev/null/a.json',
    });
  });

  it('keeps the key in memory, and says so, where there is no home', async () => {
    const env = { CREANCE_JOIN: broker.joinString(), HOME: '/dev/null' };
    await (await fromEnvironment(env, { onEvent })).close();
    expect(events).toEqual([{ type: 'key_in_memory', issuer: broker.issuer }]);
  });

  it('refuses two join strings: which of them is meant?', async () => {
    const env = { CREANCE_JOIN: broker.joinString(), CREANCE_JOIN_FD: '3', HOME: home };
    await expect(fromEnvironment(env)).rejects.toMatchObject({ code: 'CREANCE_JOIN_GIVEN_TWICE' });
  });

  // breaks when: an environment with a descriptor that cannot be read falls back to its key
  it('does not fall back to the key when there is nothing on the descriptor', async () => {
    const path = join(home, 'here.json');
    await (
      await fromEnvironment({ CREANCE_JOIN: broker.joinString(), CREANCE_KEY_FILE: path })
    ).close();
    await expect(
      fromEnvironment({ CREANCE_JOIN_FD: '999', CREANCE_KEY_FILE: path }),
    ).rejects.toMatchObject({ code: 'CREANCE_JOIN_DESCRIPTOR_UNREADABLE' });
  });

  it('refuses a join string that it cannot read', async () => {
    await expect(fromEnvironment({ CREANCE_JOIN: 'none', HOME: home })).rejects.toMatchObject({
      code: 'CREANCE_JOIN_STRING_MALFORMED',
    });
  });
});

describe('defaultKeyFile', () => {
  // breaks when: the name is the join token, or its plain hash, which the broker keeps
  it('says nothing of the join token in its name', () => {
    const text = broker.joinString('join-token-of-the-test-1');
    const path = defaultKeyFile(text, { HOME: '/home/agent' });
    expect(path).toMatch(/^\/home\/agent\/\.creance\/[0-9a-f]{16}\/[0-9a-f]{16}\.key\.json$/);
    expect(path).not.toContain('join-token');
  });
});
