import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause, setImmediate as soon } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ok } from '@creance/proto';
import {
  createVerifier,
  type Feed,
  type Report,
  Reporter,
  type Verifier,
  verifierLimits,
} from '@creance/verifier';
import { Client, credentials } from '@grpc/grpc-js';
import { BenchClock } from './bench-clock.js';
import { BenchKey, proofOf } from './bench-key.js';
import { formatSpread, interleaved, type Spread, type Subject, spreadOf } from './harness.js';
import { feedWith, mintToken } from './mini-issuer.js';
import { ended, startPart } from './stage.js';

/** Requests between two turns of the event loop, in which a reporter has its own. */
const requestsPerTurn = 8;
const keys = 50;

/** The bytes of a report have no door of their own: the bench takes them from the built verifier by path. */
async function loadEncoder(): Promise<(report: Report) => Uint8Array> {
  const door = createRequire(import.meta.url).resolve('@creance/verifier');
  const { encodeReport } = await import(
    pathToFileURL(join(dirname(door), 'grpc/report-line.js')).href
  );
  return encodeReport;
}

interface Reporting {
  readonly reporter: Reporter;
  readonly client: Client;
  /** Bounds that were hit and reports that were given up, by name: none, or nothing was measured. */
  readonly lost: string[];
}

/** The reporter that every joined verifier has, over gRPC to a server that takes all and reads nothing. */
async function reporterOf(feed: Feed, port: number): Promise<Reporting> {
  const encode = await loadEncoder();
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const plain = (bytes: Buffer) => bytes;
  const send = (report: Report) =>
    new Promise<ReturnType<typeof taken>>((resolve) => {
      const bytes = Buffer.from(encode(report));
      const answer = () => resolve(taken());
      client.makeUnaryRequest('/bench.Echo/Report', plain, plain, bytes, answer);
    });
  const lost: string[] = [];
  const reporter = new Reporter({
    send,
    destinationKey: () => feed.settings?.destinationKey,
    primitives: feed.primitives,
    clock: feed.clock,
    entropy: { bytes: (count) => randomBytes(count) },
    limits: verifierLimits,
    onEvent(event) {
      if (event.kind === 'limit') lost.push(event.reason);
      if (event.kind === 'unreported') lost.push(event.code);
    },
  });
  return { reporter, client, lost };
}

const taken = () => ok({ dropped: 0, proofsWanted: [] });

/** What a request waits for, and what it costs in all. */
interface Costs {
  readonly pathMicros: number[];
  readonly subject: Subject;
}

function costsOf(
  name: string,
  verifier: Verifier,
  reporter: Reporter | undefined,
  isAimed: boolean,
): Costs {
  const scopes = Object.freeze(['contacts:read']);
  const pathMicros: number[] = [];
  const holders = Array.from({ length: keys }, () => {
    const key = new BenchKey();
    return { key, token: mintToken(key) };
  });
  const run = async (operations: number) => {
    const calls = Array.from({ length: operations }, (_, nth) => {
      const { key, token } = holders[nth % keys] as (typeof holders)[number];
      const authorization = `DPoP ${token}`;
      return { method: 'GET', pathname: '/contacts', authorization, proof: proofOf(key, token) };
    });
    const before = process.cpuUsage();
    let path = 0;
    for (const [nth, call] of calls.entries()) {
      const options = {
        scopes,
        action: 'contacts.read',
        destinations: isAimed
          ? [{ kind: 'account' as const, value: `customer-${nth % 100}` }]
          : undefined,
        origin: { address: '192.0.2.7', client: 'undici' },
      };
      const startedAt = performance.now();
      const verified = await verifier.verifyCall(call, options);
      path += performance.now() - startedAt;
      if (!verified.ok) throw new Error(verified.failure.reason);
      verified.identity.release();
      if (nth % requestsPerTurn === 0) await soon();
    }
    while (reporter !== undefined && reporter.waiting > 0) await pause(5);
    const { user, system } = process.cpuUsage(before);
    pathMicros.push((path * 1_000) / operations);
    return (user + system) / operations;
  };
  return { pathMicros, subject: { name, run } };
}

/**
 * What reporting adds to a verification: to the time until the request is answered, and, off that path, to
 * the CPU of the resource's process. Tokens seen before, a fresh proof each, a destination or none;
 * two verifiers over one feed, one of which reports.
 */
export async function measureReportCost(quick: boolean): Promise<void> {
  const clock = new BenchClock();
  const feed = await feedWith(0, clock);
  const echo = await startPart<{ port: number }>('report-echo.js');
  const { reporter, client, lost } = await reporterOf(feed, echo.ready.port);
  const silent = createVerifier({ feed });
  const reporting = createVerifier({ feed, reports: reporter });
  clock.putRight();
  const costs = [
    costsOf('without a witness', silent, undefined, true),
    costsOf('with one that reports', reporting, reporter, false),
    costsOf('and each has a destination', reporting, reporter, true),
  ];
  const plan = quick
    ? { warmUp: 2_000, operations: 1_000, rounds: 3 }
    : { warmUp: 5_000, operations: 3_000, rounds: 11 };
  const cpu = await interleaved(
    costs.map(({ subject }) => subject),
    plan,
  );
  if (lost.length > 0) throw new Error(`not all was reported: ${lost[0]}`);
  // The first of each is the warm-up's.
  const path = costs.map(({ pathMicros }) => spreadOf(pathMicros.slice(1)));
  print('wall, until the request is answered', [...cpu.keys()], path);
  print('CPU in all, what is reported later included', [...cpu.keys()], [...cpu.values()]);
  await reporter.close();
  await silent.close();
  await reporting.close();
  client.close();
  await ended(echo.child);
}

function print(what: string, names: readonly string[], spreads: readonly Spread[]): void {
  console.log(`Microseconds of a verification, ${what} (aim: none added)`);
  const [base] = spreads;
  for (const [nth, spread] of spreads.entries()) {
    if (base === undefined) return;
    const ratio = `× ${(spread.median / base.median).toFixed(3)} (${(spread.least / base.least).toFixed(3)})`;
    console.log(`  ${(names[nth] ?? '').padEnd(28)} ${formatSpread(spread).padEnd(24)} ${ratio}`);
  }
}
