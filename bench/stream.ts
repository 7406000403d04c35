import { IssueTokenRequest } from '@creance/proto/wire';
import { echoSubject, lanes, measured } from './call-subjects.js';
import { formatSpread, interleaved } from './harness.js';
import { RawSession } from './raw-session.js';
import { RawStream } from './raw-stream.js';
import { audience, ended, startBroker, startPart, workloads } from './stage.js';

const ask: IssueTokenRequest = { audience, scopes: ['contacts:read'], lifetimeSeconds: 60 };
const request = Buffer.from(IssueTokenRequest.encode(ask).finish());

/**
 * CPU of the broker for an IssueToken over the stream of a session, the audit record durable before the
 * answer, beside a raw grpc-js unary echo of the same sizes and beside the unary call, in the same run.
 * Eight workloads with a session and a stream each, so that no rate of one is what counts.
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
  const at = <T>(list: readonly T[], nth: number) => list[nth % list.length] as T;
  const subjects = [
    echoSubject('raw grpc-js unary echo', echo.child.pid ?? 0, echo.ready.port, request),
    measured('IssueToken on the stream', broker.pid, (nth) =>
      at(streams, nth).ask({ $case: 'issueToken', value: ask }),
    ),
    measured('IssueToken as a unary call', broker.pid, (nth) =>
      at(sessions, nth).call('IssueToken', request),
    ),
  ];
  const plan = quick
    ? { warmUp: 2_000, operations: 1_000, rounds: 3 }
    : { warmUp: 10_000, operations: 2_000, rounds: 9 };
  const spreads = [...(await interleaved(subjects, plan))];
  console.log(`\nCPU microseconds of the server for a token, ${lanes} in flight, raw client`);
  const base = spreads[0]?.[1];
  for (const [name, spread] of spreads) {
    const ratio = base === undefined ? Number.NaN : spread.median / base.median;
    const least = base === undefined ? Number.NaN : spread.least / base.least;
    const ratios = `× ${ratio.toFixed(2)}, of minima × ${least.toFixed(2)}`;
    console.log(`  ${name.padEnd(30)} ${formatSpread(spread).padEnd(24)} ${ratios}`);
  }
  for (const stream of streams) stream.close();
  for (const session of sessions) session.close();
  await broker.stop();
  await ended(echo.child);
}
