import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatChildJoinString } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from './doubles/stage.js';

const childJoinToken = 'child-join-token-of-the-test';
let stage: Stage;
let folder: string;
let keyFile: string;
beforeEach(async () => {
  stage = setStage();
  stage.broker.childJoinTokens.set(childJoinToken, '');
  folder = await mkdtemp(join(tmpdir(), 'creance-child-'));
  keyFile = join(folder, 'agent.key.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The key of a member that has joined, in its file. */
async function joined(): Promise<void> {
  const client = await stage.connect({ join: stage.broker.joinString(), keyFile });
  await (await client.session()).close();
}

function childJoin(): string {
  const { issuer, origin: address, anchor } = stage.broker;
  return formatChildJoinString({ issuer, address, anchor, childJoinToken });
}

const used = { code: 'CREANCE_CHILD_JOIN_TOKEN_USED' };

describe('connect with the join string of a child', () => {
  it('opens the child by the key that is there', async () => {
    await joined();
    const client = await stage.connect({ join: childJoin(), keyFile });
    const session = await client.session();
    expect(stage.broker.childJoinTokens.get(childJoinToken)).not.toBe('');
    expect(session.signal.aborted).toBe(false);
  });

  // breaks when: a client for a child opens a second session, which would be a root and outlive the parent
  it('opens nothing beside the child, at once or later', async () => {
    await joined();
    const client = await stage.connect({ join: childJoin(), keyFile });
    const before = stage.broker.sessions.size;
    const both = await Promise.allSettled([client.session(), client.session()]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(client.session()).rejects.toMatchObject(used);
    const other = 'another-child-join-token-here';
    await expect(client.session({ childJoinToken: other })).rejects.toMatchObject(used);
    expect(stage.broker.sessions.size).toBe(before + 1);
  });

  it('may try again when nobody has answered', async () => {
    await joined();
    const client = await stage.connect({ join: childJoin(), keyFile });
    stage.transport.away = true;
    const opening = client.session();
    const lost = expect(opening).rejects.toMatchObject({ code: 'CREANCE_BROKER_UNAVAILABLE' });
    await stage.clock.advance(10_000);
    await lost;
    stage.transport.away = false;
    await client.session();
    expect(stage.broker.childJoinTokens.get(childJoinToken)).not.toBe('');
  });

  it('makes no key: nobody would know it', async () => {
    const refused = { code: 'CREANCE_CHILD_JOIN_WITHOUT_KEY' };
    await expect(stage.connect({ join: childJoin(), keyFile })).rejects.toMatchObject(refused);
    await expect(stage.connect({ join: childJoin() })).rejects.toMatchObject(refused);
    expect(existsSync(keyFile)).toBe(false);
  });

  it('refuses the key of another broker', async () => {
    await joined();
    const { origin: address, anchor } = stage.broker;
    const issuer = 'https://other.example';
    const text = formatChildJoinString({ issuer, address, anchor, childJoinToken });
    await expect(stage.connect({ join: text, keyFile })).rejects.toMatchObject({
      code: 'CREANCE_ISSUER_DIFFERS',
    });
  });
});
