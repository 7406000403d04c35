import { request } from 'node:http';
import { join } from 'node:path';
import { CutRequest } from '@creance/proto/wire';
import { connect, type Session } from '@creance/sdk';
import { Client, credentials } from '@grpc/grpc-js';
import { spreadOf } from './harness.js';
import { audience, ended, startBroker, startPart, workloads } from './stage.js';

const hosts = 10;
const verifiersPerHost = 10;

interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly nonce: string | undefined;
}

/** One request over a connection of its own. */
function send(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const reason = status === 200 ? undefined : (JSON.parse(body) as { reason: string }).reason;
        resolve({ status, reason, nonce: response.headers['dpop-nonce'] as string | undefined });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Headers for one genuine request: a live token and a fresh proof. */
async function signed(session: Session, url: string): Promise<Record<string, string>> {
  return { ...(await session.headers({ url, audience, scopes: ['contacts:read'] })) };
}

/** Milliseconds after `startedAt` at which a genuine request to a verifier was refused for the cut. */
async function untilRefused(
  url: string,
  session: Session,
  first: Record<string, string>,
  startedAt: number,
): Promise<number> {
  for (let headers = first; ; headers = await signed(session, url)) {
    const answer = await send(url, headers);
    const now = performance.now() - startedAt;
    if (answer.reason === 'token_cut') return now;
    if (answer.status !== 200) throw new Error(`refused for ${answer.reason}`);
    if (now > 10_000) throw new Error('not refused in 10 s');
  }
}

/** Cuts over the socket of the broker's owner: no process has to start for it. */
function cut(data: string, sessionId: string): Promise<void> {
  const socket = `unix:${join(data, 'run', 'operator.sock')}`;
  const client = new Client(socket, credentials.createInsecure());
  const target = { $case: 'sessionId' as const, value: Buffer.from(sessionId, 'base64url') };
  const bytes = Buffer.from(CutRequest.encode({ target, reason: 'the bench' }).finish());
  const plain = (buffer: Buffer) => buffer;
  return new Promise<void>((resolve, reject) => {
    const answer = (error: Error | null) => (error === null ? resolve() : reject(error));
    client.makeUnaryRequest('/creance.v1.OperatorService/Cut', plain, plain, bytes, answer);
  }).finally(() => client.close());
}

/**
 * From the moment at which an operator's cut is asked for to the refusal at each of 100 verifiers. A
 * refusal counts only when a request over a connection of its own, with a genuine live token and a fresh
 * proof, came back refused for the cut. Client, broker and verifiers share the machine.
 */
export async function measureCut(rounds: number): Promise<void> {
  const broker = await startBroker();
  const joinString = await broker.creance(
    'join-token',
    'create',
    '--verifier',
    'crm',
    '--uses',
    String(hosts * verifiersPerHost),
  );
  const parts = await Promise.all(
    Array.from({ length: hosts }, (_, nth) =>
      startPart<string[]>('verifier-host.js', {
        CREANCE_JOIN: joinString,
        FOLDER: broker.data,
        COUNT: String(verifiersPerHost),
        HOST: String(nth),
      }),
    ),
  );
  const urls = parts.flatMap(({ ready }) => ready.map((origin) => `${origin}/contacts`));
  const last: number[] = [];
  const each: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const times = await cutOnce(broker, urls, workloads[round % workloads.length] ?? '');
    each.push(...times);
    last.push(Math.max(...times));
  }
  const at = (share: number) =>
    [...each].sort((a, b) => a - b)[Math.floor((each.length - 1) * share)] ?? 0;
  console.log(
    `\nMilliseconds from asking for the cut to the refusal at each of ${urls.length} verifiers, ${rounds} cuts`,
  );
  console.log(`  each: p50 ${at(0.5).toFixed(0)}, p99 ${at(0.99).toFixed(0)}`);
  const { median, least, most } = spreadOf(last);
  console.log(
    `  the last of all: median ${median.toFixed(0)} [${least.toFixed(0)}–${most.toFixed(0)}]`,
  );
  for (const { child } of parts) await ended(child);
  await broker.stop();
}

async function cutOnce(
  broker: Awaited<ReturnType<typeof startBroker>>,
  urls: readonly string[],
  workload: string,
): Promise<number[]> {
  const client = await connect({
    join: await broker.creance('join-token', 'create', '--workload', workload),
  });
  const session = await client.session();
  // Before the cut every verifier must let it through; this also learns each one's nonce.
  for (const url of urls) {
    const response = await session.fetch(url, { audience, scopes: ['contacts:read'] });
    if (response.status !== 200) throw new Error(`refused before the cut: ${response.status}`);
    await response.text();
  }
  const firsts = await Promise.all(urls.map((url) => signed(session, url)));
  const startedAt = performance.now();
  await cut(broker.data, session.id);
  const times = await Promise.all(
    urls.map((url, nth) => untilRefused(url, session, firsts[nth] ?? {}, startedAt)),
  );
  await client.close();
  return times;
}
