import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatJoinString, parseJoinString, type Thumbprint } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from './connect.js';
import { type Stage, setStage } from './doubles/stage.js';

let stage: Stage;
let folder: string;
let keyFile: string;
beforeEach(async () => {
  stage = setStage();
  folder = await mkdtemp(join(tmpdir(), 'creance-connect-'));
  keyFile = join(folder, 'agent.key.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The join string with some of its parts changed. */
function changed(parts: object): string {
  const join = parseJoinString(stage.broker.joinString());
  if (join === undefined) throw new Error('the double makes no join string');
  return formatJoinString({ ...join, ...parts });
}

describe('connect', () => {
  it('speaks to nobody until a session is opened', async () => {
    const client = await stage.connect();
    expect(stage.transport.tried).toBe(0);
    expect(client.issuer).toBe(stage.broker.issuer);
    expect(client.address).toBe('http://127.0.0.1:7420');
  });

  it('names the fix when nothing is set', async () => {
    await expect(connect({})).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'CREANCE_NOTHING_CONFIGURED',
      hint: expect.stringContaining('CREANCE_JOIN'),
    });
  });

  it('names the file when it is missing and there is no join string', async () => {
    await expect(connect({ keyFile })).rejects.toMatchObject({
      code: 'CREANCE_KEY_FILE_MISSING',
      subject: keyFile,
      hint: expect.stringContaining('join string'),
    });
  });

  it('keeps issuer, address, anchor and key in the file, and nothing of the join token', async () => {
    const text = stage.broker.joinString('join-token-of-the-test-9');
    await stage.connect({ join: text, keyFile });
    const written = await readFile(keyFile, 'utf8');
    expect(JSON.parse(written)).toEqual({
      format: 'creance-key:v1',
      issuer: stage.broker.issuer,
      address: stage.broker.origin,
      anchor: stage.broker.anchor,
      key: { kty: 'EC', crv: 'P-256', ...anyKey },
    });
    expect(written).not.toContain('join-token-of-the-test-9');
  });

  it('follows a broker that has moved', async () => {
    await stage.connect({ join: stage.broker.joinString(), keyFile });
    const client = await stage.connect({ keyFile, address: 'http://127.0.0.1:7520' });
    expect(client.address).toBe('http://127.0.0.1:7520');
    const newer = await stage.connect({ join: changed({ address: 'http://[::1]:7421' }), keyFile });
    expect(newer.address).toBe('http://[::1]:7421');
  });

  // breaks when: `homeOf` compares less
  it('refuses a key file and a join string of different brokers', async () => {
    await stage.connect({ join: stage.broker.joinString(), keyFile });
    const refused = { code: 'CREANCE_ISSUER_DIFFERS' };
    const issuer = 'https://other.example';
    const anchor = 'B'.repeat(42).concat('A') as Thumbprint;
    await expect(stage.connect({ join: changed({ issuer }), keyFile })).rejects.toMatchObject(
      refused,
    );
    await expect(stage.connect({ join: changed({ anchor }), keyFile })).rejects.toMatchObject(
      refused,
    );
    await expect(stage.connect({ keyFile, issuer })).rejects.toMatchObject(refused);
    await expect(stage.connect({ join: changed({}), issuer })).rejects.toMatchObject(refused);
  });

  it.each(['', 'creance-join:v1:', 'creance-join:v2:abc', 'canary-of-a-join-string'])(
    'refuses %j as a join string without repeating it',
    async (text) => {
      const error: unknown = await connect({ join: text }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'CREANCE_JOIN_STRING_MALFORMED' });
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('canary');
    },
  );

  it('refuses plain text to another machine, before a key is made', async () => {
    const text = changed({ address: 'http://creance.example:7420' });
    await expect(stage.connect({ join: text, keyFile })).rejects.toMatchObject({
      code: 'CREANCE_ADDRESS_NOT_ALLOWED',
    });
    await expect(readFile(keyFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says that a key is kept in memory only', async () => {
    await stage.connect({ join: stage.broker.joinString(), keyFile });
    expect(stage.events).toEqual([]);
    await stage.connect();
    expect(stage.events).toEqual([{ type: 'key_in_memory', issuer: stage.broker.issuer }]);
  });
});

const anyKey = {
  x: expect.stringMatching(/^.{43}$/),
  y: expect.stringMatching(/^.{43}$/),
  d: expect.stringMatching(/^.{43}$/),
};
