import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { BrokerProcess, crmAudience } from '../support/broker-process.js';
import { CreanceCommand } from '../support/creance-command.js';
import { bytesOfId } from '../support/flow-operator.js';
import { hostileTexts } from '../support/fuzz-words.js';
import { Refused } from '../support/refused.js';
import { seededNumbers } from '../support/seeded.js';
import { nothing } from '../support/under-attack.js';

const broker = new BrokerProcess(undefined, 'trace');
const requestIds: string[] = [];
let agent: BareAgent;

/** What may stand in no line that a person or a program reads: what ends one, moves a cursor, turns a text. */
const doing = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Hostile texts, and some that are put together of them by seed. */
const texts = (): readonly string[] => {
  const next = seededNumbers(20_261_125);
  const pick = () => hostileTexts[next(hostileTexts.length)] ?? '';
  return [
    ...hostileTexts,
    ...Array.from({ length: 10 }, () => `a${pick()}${pick()}b`.slice(0, 400)),
  ];
};

/** A client that will not write such a header is as good as a refusal. */
const tried = (call: () => Promise<unknown>) =>
  new Promise((resolve) => resolve(call())).catch((error) => {
    const id = error instanceof Refused ? error.facts['request_id'] : undefined;
    if (id !== undefined) requestIds.push(id);
  });

/** Somebody without any key, who writes where nobody has proved anything. */
async function stranger(path: string, headers: Record<string, string>): Promise<void> {
  const session = connect(broker.address);
  session.on('error', () => {});
  await new Promise<void>((resolve) => {
    try {
      const fixed = {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      };
      const stream = session.request({ ...fixed, ...headers });
      stream.on('error', () => resolve());
      stream.on('close', () => resolve());
      stream.resume().end(Buffer.alloc(5));
    } catch {
      // The client itself refuses to write such a header.
      resolve();
    }
  });
  session.destroy();
}

beforeAll(async () => {
  await broker.start();
  agent = await BareAgent.join(broker.address, await broker.joinString('workload', 'triage'));
  const { client, id, key } = agent;
  for (const text of texts()) {
    await tried(() => client.issue(id, key, text, ['contacts:read']));
    await tried(() => client.issue(id, key, crmAudience, [text]));
    await tried(() => client.issue(text, key, crmAudience, ['contacts:read']));
    await tried(() =>
      client.send('SessionService/RenewSession', nothing, [
        ['dpop', Buffer.from(text).toString('latin1')],
      ]),
    );
    const other = await BareAgent.join(
      broker.address,
      await broker.joinString('workload', 'triage'),
    );
    await broker.cut(bytesOfId(other.id), `because ${text}`.slice(0, 500)).catch(() => {});
    const encoded = encodeURIComponent(text);
    await stranger(`/creance.v1.SessionService/${encoded}`, {
      traceparent: encoded,
      'user-agent': encoded,
    });
    other.client.close();
  }
}, 120_000);
afterAll(() => {
  agent.client.close();
  return broker.dispose();
});

describe('F-58 a text of a stranger', () => {
  // breaks when: the log writes a field past harmlessLine, or a text past JSON
  it('stays within its line of the log, which stays the JSON that it is', () => {
    const lines = broker.output.split('\n').filter(Boolean);
    const logged = lines.filter((line) => line.startsWith('{'));
    expect(logged.length).toBeGreaterThan(30);
    for (const line of lines) expect(line).not.toMatch(doing);
    for (const line of logged) expect(JSON.parse(line)).toHaveProperty('msg');
  });

  // breaks when: a command prints a name, reason or fact past printable
  it.each([
    ['events', () => ['events']],
    ['events as JSON', () => ['events', '-o', 'json']],
    ['the list of sessions', () => ['session', 'ls']],
    ['why something was refused', () => ['explain', requestIds.at(-4) ?? '']],
    ['why another was refused', () => ['explain', requestIds.at(-1) ?? '']],
    ['the session', () => ['session', 'show', agent.id]],
  ])('does nothing to the terminal that shows %s', async (_name, args) => {
    const { result, words } = await CreanceCommand.run([...args(), '--data', broker.data]);
    expect(result).not.toBe('');
    for (const line of (result + words).split('\n')) expect(line).not.toMatch(doing);
  });

  it('is one event each: as many lines as there were cuts', async () => {
    const { result } = await CreanceCommand.run(['events', '-o', 'json', '--data', broker.data]);
    const events = result
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThan(30);
    const { result: audited } = await CreanceCommand.run([
      'audit',
      'verify',
      '--data',
      broker.data,
    ]);
    expect(audited).toContain('the audit is whole');
  });
});
