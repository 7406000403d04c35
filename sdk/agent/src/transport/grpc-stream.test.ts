import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { refusalReply } from '../doubles/replies.js';
import { ScriptedBroker } from '../doubles/scripted-broker.js';
import { type Creance, type CreanceEvent, connect } from '../index.js';
import { systemClock } from '../runtime/clock.js';
import { parseAddress } from './address.js';
import type { FailedReply } from './contract.js';
import { type DoubleServer, startDouble } from './double-server.js';
import { grpcTransport } from './grpc.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let broker: ScriptedBroker;
let server: DoubleServer;
const clients: Creance[] = [];
let events: CreanceEvent[];
beforeEach(async () => {
  broker = new ScriptedBroker(systemClock);
  broker.hasStreams = true;
  server = await startDouble(broker);
  events = [];
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  server.kill();
});

const happened = (type: string) => events.filter((event) => event.type === type).length;

async function open() {
  const onEvent = (event: CreanceEvent) => void events.push(event);
  const client = await connect({ join: broker.joinString(), onEvent });
  clients.push(client);
  const session = await client.session();
  await expect.poll(() => happened('stream_opened')).toBe(1);
  return session;
}

describe('the session stream over real gRPC', () => {
  it('carries token requests, one proof for all of them', async () => {
    const session = await open();
    await Promise.all([0, 1, 2].map((i) => session.token({ ...crm, scopes: [`s${i}`] })));
    expect(broker.streamed('issueToken')).toBe(3);
    expect(broker.seen('IssueToken')).toHaveLength(0);
    const opened = server.metadata.at(-1);
    expect(opened?.get('dpop')).toHaveLength(1);
    expect(opened?.get('creance-session')).toEqual([session.id]);
  });

  it('answers the nonce of its opening, and challenges after it', async () => {
    const client = await connect({
      join: broker.joinString(),
      onEvent: (event) => events.push(event),
    });
    clients.push(client);
    broker.nonce = 'nonce-1';
    await client.session();
    broker.nonce = 'nonce-2';
    server.kill();
    server = await startDouble(broker, server.port);
    await expect.poll(() => happened('stream_opened'), { timeout: 10_000 }).toBeGreaterThan(0);
    const stream = broker.streams.at(-1);
    stream?.say({ $case: 'challenge', value: { nonce: 'challenge-1' } });
    await expect.poll(() => stream?.answeredNonces).toEqual(['challenge-1']);
  });

  it('ends the session at once by the reason in its trailers', async () => {
    const session = await open();
    broker.cut('session_revoked');
    await expect.poll(() => session.signal.aborted).toBe(true);
    expect(session.signal.reason).toMatchObject({
      code: 'CREANCE_SESSION_REVOKED',
      requestId: 'request-1',
    });
  });

  it('comes back after the broker was killed, and calls do not wait for it', async () => {
    const session = await open();
    server.kill();
    server = await startDouble(broker, server.port);
    expect((await session.token(crm)).scopes).toEqual(['contacts:read']);
    await expect.poll(() => happened('stream_opened'), { timeout: 10_000 }).toBe(2);
    expect(session.signal.aborted).toBe(false);
  });

  // breaks when: max_receive_message_length goes
  it('takes no message above 64 KB', async () => {
    await open();
    broker.streams[0]?.sayBytes(new Uint8Array(65_537));
    await expect.poll(() => happened('stream_lost')).toBe(1);
  });

  it('goes with its session, also at the broker', async () => {
    const session = await open();
    await session.close();
    await expect.poll(() => broker.streams[0]?.isOver).toBe(true);
  });

  it('is opened by the new key after a rekey', async () => {
    const session = await open();
    await session.rekey();
    await expect.poll(() => happened('stream_opened')).toBe(2);
    expect(broker.streams.at(-1)?.key).toBe(broker.sessions.get(session.id));
    expect((await session.token(crm)).scopes).toEqual(['contacts:read']);
  });

  it('proves both keys of a delegation in two entries', async () => {
    const session = await open();
    const child = await session.delegate();
    expect((await child.token(crm)).scopes).toEqual(['contacts:read']);
    expect(broker.seen('DelegateSession').at(-1)?.newKeyProof).toBeDefined();
  });
});

describe('a stream of the transport', () => {
  const call = { path: '/creance.v1.SessionService/Stream', proof: 'proof', sessionId: 'id' };
  const endOf = (given: object = {}) => {
    const transport = grpcTransport(parseAddress(broker.origin), new FakeEntropy());
    return new Promise<FailedReply>((resolve) => {
      transport.stream({ ...call, ...given }, { onMessage: () => {}, onEnd: resolve });
    }).finally(() => transport.close());
  };

  it('that nobody answers ends like a broken connection', async () => {
    server.kill();
    expect(await endOf()).toMatchObject({ ok: false, status: 14, networkCode: 'ECONNREFUSED' });
  });

  it('whose proof no header can hold ends, and tells nothing of it', async () => {
    const end = await endOf({ proof: 'canary\nproof' });
    expect(end).toMatchObject({ ok: false, status: 14 });
    expect(JSON.stringify(end)).not.toContain('canary');
  });

  it('carries the reason of its end', async () => {
    broker.replyNext('Stream', refusalReply('rate_limited', { nonce: 'nonce-1' }));
    expect(await endOf()).toMatchObject({ status: 8, nonce: 'nonce-1' });
  });
});

describe('a process', () => {
  // breaks when: `Sockets` does not decide alone whether a socket keeps the process alive
  it('ends by itself while its stream is open', async () => {
    const { code, output } = await run(`await session.token(${JSON.stringify(crm)});`);
    expect(output).toBe('opened\n');
    expect(code).toBe(0);
    expect(broker.streamed('issueToken')).toBe(1);
  });

  // breaks when: a report that waits for its answer keeps the process alive, and then goes another way
  it('does not wait for what it reports: nobody awaits it', async () => {
    const action = `{ action: 'a', audience: '${crm.audience}', outcome: 'allowed' }`;
    const code = `for (let at = 0; at < 64; at += 1) session.record(${action});
      await new Promise((resolve) => setTimeout(resolve, 100));`;
    const ran = run(code, () => {
      const [stream] = broker.streams;
      if (stream !== undefined) stream.reply = () => undefined;
    });
    expect(await ran).toEqual({ code: 0, output: 'opened\n' });
    expect(broker.streamed('reportActions')).toBe(1);
    expect(broker.seen('ReportActions')).toEqual([]);
  });

  // breaks when: a request that waits on the stream does not keep the process alive
  it('waits for an answer that it awaits', async () => {
    const code = `const { scopes } = await session.token(${JSON.stringify(crm)}); console.log(scopes[0]);`;
    const ran = run(code, () => {
      const [stream] = broker.streams;
      if (stream !== undefined) stream.reply = () => undefined;
    });
    expect(await ran).toEqual({ code: 0, output: 'opened\ncontacts:read\n' });
  });
});

/** Runs code with an open session whose stream is open, in a process of its own that closes nothing. */
async function run(code: string, onOpened = () => {}): Promise<{ code: number; output: string }> {
  const door = new URL('../../dist/src/index.js', import.meta.url).href;
  const source = `
    import { connect } from '${door}';
    let open;
    const opened = new Promise((resolve) => { open = resolve; });
    const onEvent = ({ type }) => type === 'stream_opened' && open();
    const client = await connect({ join: process.env.CREANCE_JOIN, onEvent });
    const session = await client.session();
    const waiting = setInterval(() => {}, 1000);
    await opened;
    console.log('opened');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    process.stdin.destroy();
    clearInterval(waiting);
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, CREANCE_JOIN: broker.joinString() },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (bytes) => {
    if (output === '') {
      onOpened();
      child.stdin.write('go\n');
    }
    output += bytes;
  });
  const ended = await new Promise<number>((resolve) => child.once('close', resolve));
  return { code: ended, output };
}
