import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionKind } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from '../doubles/stage.js';

let stage: Stage;
let folder: string;
let keyFile: string;
beforeEach(async () => {
  stage = setStage();
  folder = await mkdtemp(join(tmpdir(), 'creance-member-'));
  keyFile = join(folder, 'agent.key.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const given = (token: string) => ({ join: stage.broker.joinString(token), keyFile });

describe('a client whose evidence is no workload’s', () => {
  // breaks when: `session` gives a session of any kind, leaves it open, or keeps the new key
  it('keeps neither the session nor the new key, and joins by the next string', async () => {
    stage.broker.kind = SessionKind.SESSION_KIND_VERIFIER;
    const client = await stage.connect(given('join-token-of-the-test-1'));
    await expect(client.session()).rejects.toMatchObject({
      code: 'CREANCE_SESSION_WRONG_KIND',
      message: expect.stringContaining('presented: the key of verifier support-triage'),
    });
    expect(stage.broker.seen('EndSession').length).toBe(1);
    expect(existsSync(keyFile)).toBe(false);
    stage.broker.kind = SessionKind.SESSION_KIND_WORKLOAD;
    await (await stage.connect(given('join-token-of-the-test-2'))).session();
    await (await stage.connect({ keyFile })).session();
  });

  it('is told which file holds the key of whom when it was there before', async () => {
    await (await stage.connect(given('join-token-of-the-test-1'))).session();
    stage.broker.kind = SessionKind.SESSION_KIND_OPERATOR;
    const client = await stage.connect(given('join-token-of-the-test-2'));
    await expect(client.session()).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'CREANCE_KEY_FILE_OF_OTHER_MEMBER',
      subject: keyFile,
      message: expect.stringMatching(/presented: the key of operator .*; fix: delete it .*or name/),
    });
    expect(stage.broker.seen('EndSession').length).toBe(1);
    expect(existsSync(keyFile)).toBe(true);
  });
});

describe('a join that came to nothing', () => {
  it('leaves no key file when its token is over', async () => {
    const client = await stage.connect(given('join-token-of-the-test-1'));
    stage.broker.refuseNext('OpenSession', 'join_token_used');
    await expect(client.session()).rejects.toMatchObject({ code: 'CREANCE_JOIN_TOKEN_USED' });
    expect(existsSync(keyFile)).toBe(false);
  });

  it('leaves it when the token may yet be taken', async () => {
    const client = await stage.connect(given('join-token-of-the-test-1'));
    stage.broker.refuseNext('OpenSession', 'proof_expired');
    await expect(client.session()).rejects.toThrow();
    expect(existsSync(keyFile)).toBe(true);
    await client.session();
  });

  it('never takes a file that another process has put in its place', async () => {
    const client = await stage.connect(given('join-token-of-the-test-1'));
    await rm(keyFile);
    await stage.connect(given('join-token-of-the-test-2'));
    stage.broker.refuseNext('OpenSession', 'join_token_used');
    await expect(client.session()).rejects.toThrow();
    expect(existsSync(keyFile)).toBe(true);
  });
});
