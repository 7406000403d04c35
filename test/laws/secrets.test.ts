import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJoinString } from '@creance/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrokerProcess, crmAudience } from '../support/broker-process.js';
import { RawClient } from '../support/raw-client.js';
import { Refused } from '../support/refused.js';
import { TestKey } from '../support/test-key.js';

const text = (id: Uint8Array) => Buffer.from(id).toString('base64url');

function filesUnder(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() || statSync(file).isDirectory())
    .flatMap((file) => (statSync(file).isDirectory() ? filesUnder(file) : [file]));
}

describe('bearer material', () => {
  const broker = new BrokerProcess(undefined, 'trace');
  let client: RawClient;
  const secrets: string[] = [];

  beforeAll(async () => {
    await broker.start();
    client = new RawClient(broker.address);
    const join_ = await broker.joinString('workload', 'triage');
    const [evidence, key] = [new TestKey(), new TestKey()];
    const session = text((await client.open(join_, evidence, key, true)).sessionId);
    const issued = await client.issue(session, key, crmAudience, ['contacts:read']);
    await client.issue(session, key, crmAudience, ['contacts:export']).catch(() => {});
    const stranger = new TestKey();
    await client
      .call('SessionService/RenewSession', new Uint8Array(), stranger, session)
      .catch(() => {});
    await client.end(session, key);
    // It contests the token, and the session of before would be held by it.
    await client.open(join_, new TestKey(), new TestKey(), true).catch(() => {});
    const parsed = parseJoinString(join_);
    secrets.push(issued.token, join_, parsed?.joinToken ?? '', ...client.sent);
    await broker.stop();
  });
  afterAll(() => {
    client.close();
    return broker.dispose();
  });

  // Law 8. breaks when: an audit fact, a log line or a row takes the token, a proof or the join token
  it('is in no file of the broker and in no line that it writes, at the finest log level', () => {
    const written = [
      broker.output,
      ...filesUnder(broker.data).map((file) => readFileSync(file, 'latin1')),
    ];
    expect(secrets.length).toBeGreaterThan(8);
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    // The output is there to be looked through: it names the refusals.
    expect(broker.output).toContain('scope_not_granted');
    for (const secret of secrets) {
      // The signature of a proof or token is what makes it good; the parts before it say who and what.
      const decisive = secret.split('.').at(-1) as string;
      expect(written.some((content) => content.includes(decisive))).toBe(false);
    }
  });
});

describe('an outsider who is refused', () => {
  const broker = new BrokerProcess();
  let client: RawClient;
  beforeAll(async () => {
    await broker.start();
    client = new RawClient(broker.address);
  });
  afterAll(() => {
    client.close();
    return broker.dispose();
  });

  // Law 10. breaks when: status.ts puts a denial's detail, or what was presented, on the wire
  it('learns a code and a request id, and nothing of the rule', async () => {
    const join_ = await broker.joinString('workload', 'triage');
    const [evidence, key] = [new TestKey(), new TestKey()];
    await client.open(join_, evidence, key, true);
    const refused = await client
      .open(join_, new TestKey(), new TestKey(), true)
      .catch((error) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused.reason).toBe('join_token_used');
    expect(Object.keys(refused.facts)).toEqual(['request_id']);
    expect(refused.said).not.toMatch(/triage|team|\d{3,}/);
  });

  it('who holds a session learns the missing scope as well', async () => {
    const join_ = await broker.joinString('workload', 'triage');
    const [evidence, key] = [new TestKey(), new TestKey()];
    const session = text((await client.open(join_, evidence, key, true)).sessionId);
    const refused = await client
      .issue(session, key, crmAudience, ['contacts:export'])
      .catch((error) => error);
    expect(refused.reason).toBe('scope_not_granted');
    expect(Object.keys(refused.facts).sort()).toEqual(['missing_scope', 'request_id']);
  });
});
