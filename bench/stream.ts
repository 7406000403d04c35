import { IssueTokenRequest } from '@creance/proto/wire';
import { Client, credentials } from '@grpc/grpc-js';
import { echoSubject, lanes, measured } from './call-subjects.js';
import { formatSpread, interleaved, type Spread, type Subject } from './harness.js';
import { RawSession } from './raw-session.js';
import { RawStream } from './raw-stream.js';
import { audience, ended, startBroker, startPart, workloads } from './stage.js';

const ask: IssueTokenRequest = { audience, scopes: ['contacts:read'], lifetimeSeconds: 60 };
const request = Buffer.from(IssueTokenRequest.encode(ask).finish());

/** What a list holds at a place, round and round. */
const at = <T>(list: readonly T[], nth: number): T => list[nth % list.length] as T;

/**
 * CPU of the broker for an IssueToken over the stream of a session, the audit record durable before the
 * answer, beside a raw grpc-js unary echo of the same sizes and beside the unary call, in the same run.
 * Eight workloads with a session, a connection and a stream each, so that no rate of one is what counts.
 * The echo is measured over one connection, which spares the server half of its system calls, and over
 * eight, as the sessions have them.
 */
export async function measureStream(quick: boolean): Promise<void> {
  const echo = await startPart<{ port: number }>('echo-server.js');
  const broker = await startBroker();
  const sessions: RawSession[] = [];
  const streams: RawStream[] = [];
  for (const name of workloads) {
    const join = await broker.creance('join-token', 'create', '--workload', name);
    const session = await RawSession.open(join);
    sessions.push(session);
    streams.push(await RawStream.open(session));
  }
  const { pid = 0 } = echo.child;
  const subjects = [
    echoSubject('raw echo, one connection', pid, echo.ready.port, request),
    echoOverConnections('raw echo, eight connections', pid, echo.ready.port),
    measured('IssueToken on the stream', broker.pid, (nth) =>
      at(streams, nth).ask({ $case: 'issueToken', value: ask }),
    ),
    measured('IssueToken as a unary call', broker.pid, (nth) =>
      at(sessions, nth).call('IssueToken', request),
    ),
  ];
  const plan = quick
    ? { warmUp: 2_000, operations: 1_000, rounds: 3 }
    : { warmUp: 20_000, operations: 3_000, rounds: 9 };
  print([...(await interleaved(subjects, plan))]);
  for (const stream of streams) stream.close();
  for (const session of sessions) session.close();
  await broker.stop();
  await ended(echo.child);
}

/** The echo over as many connections as there are sessions. */
function echoOverConnections(name: string, pid: number, port: number): Subject {
  const plain = (bytes: Buffer) => bytes;
  const ownConnection = { 'grpc.use_local_subchannel_pool': 1 };
  const clients = workloads.map(
    () => new Client(`127.0.0.1:${port}`, credentials.createInsecure(), ownConnection),
  );
  const call = (nth: number) =>
    new Promise<void>((resolve, reject) => {
      const answer = (error: Error | null) => (error === null ? resolve() : reject(error));
      at(clients, nth).makeUnaryRequest('/bench.Echo/Echo', plain, plain, request, answer);
    });
  return measured(name, pid, call);
}

function print(spreads: readonly (readonly [string, Spread])[]): void {
  console.log(`\nCPU microseconds of the server for a token, ${lanes} in flight, raw client`);
  const [one, eight] = spreads.map(([, spread]) => spread);
  if (one === undefined || eight === undefined) return;
  for (const [name, spread] of spreads) {
    const ratios = [one, eight].map(
      (base) =>
        `× ${(spread.median / base.median).toFixed(2)} (${(spread.least / base.least).toFixed(2)})`,
    );
    console.log(`  ${name.padEnd(30)} ${formatSpread(spread).padEnd(24)} ${ratios.join(', ')}`);
  }
  console.log('  ratios to the echo over one connection and over eight: medians (minima)');
}
