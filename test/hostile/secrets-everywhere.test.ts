import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJoinString } from '@creance/proto';
import { connect } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { BrokerProcess } from '../support/broker-process.js';
import { CreanceCommand } from '../support/creance-command.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import { OtlpCollector } from '../support/otlp-collector.js';
import { childJoinToken, delegate, taskOf } from '../support/raw-tree.js';
import { found, shown, spellings } from '../support/secret-search.js';
import { SetReceiver } from '../support/set-receiver.js';
import { TestKey } from '../support/test-key.js';

const victim = 'canary-victim-91c2e5d04b68@example.org';
const collector = new OtlpCollector();
/** Where reports of a broken process and a record go. */
const reports = mkdtempSync(join(tmpdir(), 'creance-reports-'));
const sinks = new Map<string, string | Buffer>();
const secrets = new Map<string, string>([['a destination in plain', victim]]);
let receiver: SetReceiver;
let broker: BrokerProcess;

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    return statSync(file).isDirectory() ? filesUnder(file) : statSync(file).isFile() ? [file] : [];
  });
}

/** What anybody on the machine can read of a process, and what it hands to its children. */
function noteProcess(pid: number, name: string): void {
  for (const file of ['cmdline', 'environ'])
    sinks.set(`${file} of ${name}`, readFileSync(`/proc/${pid}/${file}`));
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
  for (const child of children.filter(Boolean)) noteProcess(Number(child), `${name} > ${child}`);
}

/** An agent by hand: what it sends is known to the byte. */
async function pushByHand(): Promise<string> {
  const joined = await broker.joinString('workload', 'triage');
  secrets.set('a join string', joined);
  secrets.set('a join token', parseJoinString(joined)?.joinToken ?? '');
  const agent = await BareAgent.join(broker.address, joined);
  const { client } = agent;
  const issued = await client.issue(agent.id, agent.key, audiences.crm, ['contacts:read']);
  secrets.set('a token', issued.token);
  const task = taskOf(audiences.mail, ['mail:send'], 0, [victim]);
  const child = await delegate(client, agent, new TestKey(), task);
  await client.issue(child.id, child.key, audiences.mail, ['mail:send']);
  secrets.set('a child join token', await childJoinToken(client, agent, 'triage', task));
  // Refusals keep what was presented: a scope, a token where something else belongs, another key's proof.
  const refused = [
    client.issue(agent.id, agent.key, audiences.crm, ['contacts:export']),
    client.issue(agent.id, agent.key, issued.token, ['contacts:read']),
    client.issue(agent.id, agent.key, audiences.crm, [joined.slice(0, 60)]),
    client.issue(agent.id, new TestKey(), audiences.crm, ['contacts:read']),
    client.issue(issued.token.slice(0, 300), agent.key, audiences.crm, ['contacts:read']),
    client.open(joined, new TestKey(), new TestKey(), true),
  ];
  for (const [at, each] of refused.entries()) {
    sinks.set(`a refusal by hand ${at}`, shown(await each.catch((error) => error)));
  }
  await broker.cut(bytesOfId(child.id), 'a canary was seen');
  for (const [at, proof] of client.sent.entries()) secrets.set(`a proof ${at}`, proof);
  client.close();
  return agent.id;
}

/** An agent with the SDK: everything that it hands out is looked at. */
async function pushWithSdk(): Promise<void> {
  const joined = await broker.joinString('workload', 'triage');
  secrets.set('a join string of the SDK', joined);
  const client = await connect({ join: joined });
  const session = await client.session();
  const token = await session.token({ audience: audiences.crm, scopes: ['contacts:read'] });
  secrets.set('a token of the SDK', token.reveal());
  const failed = await session
    .token({ audience: audiences.crm, scopes: ['contacts:export'] })
    .catch((error) => error);
  const child = await session.delegate();
  const objects = { client, session, token, failed, child };
  for (const [name, object] of Object.entries(objects)) sinks.set(`SDK: ${name}`, shown(object));
  const wrong = await connect({ join: joined, keyFile: join(broker.data, 'nowhere', 'key') }).catch(
    (error) => error,
  );
  sinks.set('SDK: a client that does not join', shown(wrong));
  await child.close();
  await session.close();
  await client.close();
}

/** The commands by which an operator looks, as machines read them. */
async function look(session: string): Promise<void> {
  const commands = [
    ['session', 'ls'],
    ['session', 'show', session],
    ['session', 'tree', session],
    ['explain', session],
    ['verifier', 'ls'],
    ['workload', 'ls'],
    ['keys', 'ls'],
    ['events'],
    ['deliveries'],
    ['audit', 'verify'],
    ['doctor'],
    ['record', '--workload', 'triage', '--output', join(reports, 'record.jsonl')],
  ];
  for (const words of commands) {
    const { result, words: said } = await CreanceCommand.run([
      ...words,
      '-o',
      'json',
      '--data',
      broker.data,
    ]);
    sinks.set(`creance ${words.slice(0, 2).join(' ')}`, result + said);
  }
}

beforeAll(async () => {
  receiver = await SetReceiver.listen();
  const notify = `notify: { contact: { url: "${receiver.url}", allowPrivate: true } }`;
  const manifest = flowManifest().replace(
    'team: { contact: team@example.com }',
    `team: { contact: team@example.com, ${notify} }`,
  );
  const report = `--report-on-signal --report-signal=SIGUSR2 --report-directory=${reports}`;
  broker = new BrokerProcess(manifest, 'trace', {
    ...(await collector.open()),
    NODE_OPTIONS: report,
  });
  await broker.start();
  const session = await pushByHand();
  await pushWithSdk();
  await look(session);
  await vi.waitFor(() => expect(receiver.tokens.length).toBeGreaterThan(0), soon);
  await vi.waitFor(() => expect(collector.text).toContain('IssueToken'), soon);
  noteProcess(broker.pid, 'the broker');
  sinks.set('telemetry', collector.text);
  // What a receiver is told, without the signature that makes it good for the receiver alone.
  const claims = receiver.tokens.map((each) => Buffer.from(each.split('.')[1] ?? '', 'base64url'));
  sinks.set('events to a receiver', Buffer.concat(claims));
  for (const file of filesUnder(broker.data))
    sinks.set(file.slice(broker.data.length), readFileSync(file));
  process.kill(broker.pid, 'SIGUSR2');
  const written = () => filesUnder(reports).filter((file) => statSync(file).size > 1_000);
  await vi.waitFor(() => expect(written().some((file) => file.endsWith('.json'))).toBe(true), soon);
  await broker.stop('SIGABRT');
  for (const file of filesUnder(reports)) {
    sinks.set(
      file.endsWith('.json') ? 'the report of a broken process' : 'a record',
      readFileSync(file),
    );
  }
  sinks.set('output', broker.output);
  for (const file of filesUnder(broker.data))
    sinks.set(`${file.slice(broker.data.length)} after a crash`, readFileSync(file));
}, 120_000);
afterAll(async () => {
  await broker?.dispose();
  await receiver?.close();
  await collector.close();
  rmSync(reports, { recursive: true, force: true });
});

describe('F-55 a secret', () => {
  // breaks when: a log line, row, span, event, answer or error takes a token, proof, join token or destination
  it('is in no log, span, metric, file, event, answer, error, argument or environment', () => {
    expect(secrets.size).toBeGreaterThan(12);
    expect(sinks.size).toBeGreaterThan(40);
    expect(found(sinks, secrets)).toEqual([]);
  });

  // breaks when: a key is logged, exported or kept anywhere but in its own file
  it('that the broker signs with is in the file of that key alone', () => {
    const keys = [...sinks].filter(([name]) => /^\/keys\/.*json$/.test(name));
    const privates = keys.flatMap(([name, content]) => {
      const [, own] = /"(?:d|secret)":\s*"([\w-]{43})"/.exec(String(content)) ?? [];
      return own === undefined ? [] : [[`the key of ${name}`, own] as const];
    });
    expect(privates.length).toBeGreaterThan(5);
    const others = new Map([...sinks].filter(([name]) => !name.startsWith('/keys/')));
    expect(found(others, new Map(privates))).toEqual([]);
  });

  it('was there to be found: every sink has something of the run in it', () => {
    const names = [...sinks.keys()];
    for (const part of [
      'creance.db',
      '-wal',
      'output',
      'telemetry',
      'cmdline',
      'environ',
      'SDK: token',
      'creance explain',
      'creance events',
      'events to a receiver',
    ])
      expect(
        names.some((name) => name.includes(part)),
        part,
      ).toBe(true);
    expect(String(sinks.get('output'))).toContain('scope_not_granted');
    expect(String(sinks.get('creance session'))).not.toBe('');
  });

  // breaks when: a spelling is left out, or found looks at a sink in another encoding
  it('is found where it is planted, in any spelling and any sink', () => {
    for (const [name, secret] of secrets) {
      const decisive = secret.startsWith('eyJ') ? (secret.split('.').at(-1) as string) : secret;
      const bytes = Buffer.from(decisive);
      const planted = [
        decisive,
        bytes.toString('hex'),
        encodeURIComponent(decisive),
        ...['', 'x', 'xy'].flatMap((before) =>
          (['base64', 'base64url'] as const).map((code) =>
            Buffer.concat([Buffer.from(before), bytes, Buffer.from('!')]).toString(code),
          ),
        ),
      ];
      for (const text of planted) {
        const one = new Map([['here', Buffer.concat([Buffer.alloc(7, 0xfe), Buffer.from(text)])]]);
        expect(found(one, new Map([[name, secret]])), text).toEqual([`here: ${name}`]);
      }
      expect(spellings(decisive).length).toBeGreaterThan(5);
    }
    for (const [sink, content] of sinks) {
      const planted = Buffer.concat([Buffer.from(content), Buffer.from(victim)]);
      expect(found(new Map([[sink, planted]]), secrets)).toContain(
        `${sink}: a destination in plain`,
      );
    }
  });
});
