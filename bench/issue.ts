import { IssueTokenRequest } from '@creance/proto/wire';
import { type Creance, connect } from '@creance/sdk';
import { type InternalSession, internalSession } from '@creance/sdk/internal';
import { echoSubject, lanes, measured } from './call-subjects.js';
import { formatSpread, interleaved } from './harness.js';
import { audience, ended, startBroker, startPart, workloads } from './stage.js';

const request = IssueTokenRequest.encode({
  audience,
  scopes: ['contacts:read'],
  lifetimeSeconds: 60,
}).finish();

/**
 * CPU of the server process for one unary IssueToken, proof checked, audit record durable before the
 * reply, beside a raw grpc-js echo of the same sizes in the same run.
 */
export async function measureIssue(quick: boolean): Promise<void> {
  const echo = await startPart<{ port: number }>('echo-server.js');
  const broker = await startBroker();
  const clients: Creance[] = [];
  const sessions: InternalSession[] = [];
  for (const name of workloads) {
    const client = await connect({
      join: await broker.creance('join-token', 'create', '--workload', name),
    });
    clients.push(client);
    const session = internalSession(await client.session());
    if (session !== undefined) sessions.push(session);
  }
  const issue = (nth: number) =>
    (sessions[nth % sessions.length] as InternalSession).call(
      '/creance.v1.SessionService/IssueToken',
      request,
      {
        digest: false,
      },
    );
  const subjects = [
    echoSubject('raw grpc-js echo', echo.child.pid ?? 0, echo.ready.port, request),
    measured('IssueToken, durable', broker.pid, issue),
  ];
  const plan = quick
    ? { warmUp: 2_000, operations: 1_000, rounds: 3 }
    : { warmUp: 10_000, operations: 2_000, rounds: 9 };
  const spreads = await interleaved(subjects, plan);
  console.log(`\nCPU microseconds of the server for a call, ${lanes} in flight, Node client`);
  for (const [name, spread] of spreads) console.log(`  ${name.padEnd(30)} ${formatSpread(spread)}`);
  const [base, ours] = [...spreads.values()];
  if (base && ours) {
    console.log(
      `  ratio of medians ${(ours.median / base.median).toFixed(2)}, of minima ${(ours.least / base.least).toFixed(2)}`,
    );
  }
  for (const client of clients) await client.close();
  await broker.stop();
  await ended(echo.child);
}
