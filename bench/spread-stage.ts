import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { CutRequest, CutResponse, OperatorServiceService } from '@creance/proto/wire';
import { Client, credentials } from '@grpc/grpc-js';
import { audienceOf, resourceCount, resourceOf, scope, workloads } from './bench-manifest.js';
import { cpuMicrosOf } from './harness.js';
import { RawSession } from './raw-session.js';
import { type HostTell, sharedMillis } from './spread-messages.js';
import { type BenchBroker, ended, startBroker, startPart } from './stage.js';

/** By then every verifier has reported what it let in: it gathers for 20 ms. */
const reportedMillis = 1_000;

/** How long something took to reach each receiver, and what it cost the server. */
export interface Spreading {
  readonly millis: readonly number[];
  readonly cpuMicros: number;
}

/** Waits until every host has said something of a kind, with what it said. */
function allSay(hosts: readonly ChildProcess[], kind: HostTell['kind']): Promise<number[]> {
  const one = (host: ChildProcess) =>
    new Promise<readonly number[]>((resolve, reject) => {
      const gone = () => reject(new Error('a host has ended'));
      const listen = (said: HostTell) => {
        if (said.kind !== kind) return;
        host.off('message', listen).off('exit', gone);
        resolve('atMillis' in said ? said.atMillis : []);
      };
      host.on('message', listen).once('exit', gone);
    });
  const all = Promise.all(hosts.map(one)).then((lists) => lists.flat());
  // Whoever waits for it hears of it; what fails before it is waited for must not end the run.
  all.catch(() => {});
  return all;
}

/** A broker and verifiers in ten processes, a resource each, every verifier over a connection of its own. */
export class VerifierStage {
  readonly #broker: BenchBroker;
  readonly #hosts: readonly ChildProcess[];

  private constructor(broker: BenchBroker, hosts: readonly ChildProcess[]) {
    this.#broker = broker;
    this.#hosts = hosts;
  }

  static async open(verifiers: number): Promise<VerifierStage> {
    const broker = await startBroker();
    const count = verifiers / resourceCount;
    const start = async (nth: number) =>
      startPart('verifier-host.js', {
        CREANCE_JOIN: await broker.joinString('verifier', resourceOf(nth), count),
        FOLDER: broker.data,
        COUNT: String(count),
        HOST: String(nth),
      });
    const parts = await Promise.all(Array.from({ length: resourceCount }, (_, nth) => start(nth)));
    return new VerifierStage(
      broker,
      parts.map(({ child }) => child),
    );
  }

  /** Cuts a session whose token every verifier has let in: until each has ended its call. */
  async cutOne(nth: number): Promise<Spreading> {
    const session = await this.#session(nth);
    await this.#arm(session);
    const ended = allSay(this.#hosts, 'ended');
    const cpu = cpuMicrosOf(this.#broker.pid);
    const startedAt = sharedMillis();
    await this.#cut(session);
    const atMillis = await ended;
    session.close();
    return {
      millis: atMillis.map((at) => at - startedAt),
      cpuMicros: cpuMicrosOf(this.#broker.pid) - cpu,
    };
  }

  /** Cuts so many sessions at once: until every verifier's view stands at the last of them. */
  async cutMany(count: number): Promise<Spreading> {
    const sessions: RawSession[] = [];
    for (let nth = 0; nth < count; nth += 1) sessions.push(await this.#session(nth));
    const first = sessions[0] as RawSession;
    await this.#arm(first);
    const refused = allSay(this.#hosts, 'ended');
    const cpu = cpuMicrosOf(this.#broker.pid);
    const startedAt = sharedMillis();
    const revisions = await Promise.all(sessions.map((session) => this.#cut(session)));
    await refused;
    const stood = allSay(this.#hosts, 'stood');
    const revision = Math.max(...revisions);
    for (const host of this.#hosts) host.send({ kind: 'when', revision });
    const millis = (await stood).map((at) => at - startedAt);
    for (const session of sessions) session.close();
    return { millis, cpuMicros: cpuMicrosOf(this.#broker.pid) - cpu };
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map(ended));
    await this.#broker.stop();
  }

  async #session(nth: number): Promise<RawSession> {
    const name = workloads[nth % workloads.length] as string;
    return RawSession.open(await this.#broker.joinString('workload', name));
  }

  async #arm(session: RawSession): Promise<void> {
    const armed = allSay(this.#hosts, 'armed');
    for (const [nth, host] of this.#hosts.entries()) {
      const token = await session.token(audienceOf(nth), [scope]);
      host.send({ kind: 'arm', token, key: session.privateJwk });
    }
    await armed;
    // What the verifiers have let in they report: that is no part of a cut.
    await pause(reportedMillis);
  }

  async #cut(session: RawSession): Promise<number> {
    const target = { $case: 'sessionId' as const, value: Buffer.from(session.id, 'base64url') };
    const bytes = CutRequest.encode({ target, reason: 'the bench' }).finish();
    const reply = await this.#broker.operate(OperatorServiceService.cut.path, bytes);
    return Number(CutResponse.decode(reply).revision);
  }
}

/** A bare grpc-js broadcast to as many subscribers, in as many processes, over a connection each. */
export class BroadcastStage {
  readonly #server: ChildProcess;
  readonly #hosts: readonly ChildProcess[];
  readonly #client: Client;

  private constructor(server: ChildProcess, port: number, hosts: readonly ChildProcess[]) {
    this.#server = server;
    this.#hosts = hosts;
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  static async open(subscribers: number): Promise<BroadcastStage> {
    const { child, ready } = await startPart<{ port: number }>('broadcast-server.js');
    const env = { PORT: String(ready.port), COUNT: String(subscribers / resourceCount) };
    const start = () => startPart('broadcast-host.js', env);
    const hosts = await Promise.all(Array.from({ length: resourceCount }, start));
    return new BroadcastStage(
      child,
      ready.port,
      hosts.map((host) => host.child),
    );
  }

  /** Sends so many messages, one by one, to each: until each has had the last. */
  async send(count: number): Promise<Spreading> {
    const armed = allSay(this.#hosts, 'armed');
    for (const host of this.#hosts) host.send({ count });
    await armed;
    const ended = allSay(this.#hosts, 'ended');
    const ask = Buffer.alloc(4);
    ask.writeUInt32BE(count);
    const plain = (bytes: Buffer) => bytes;
    const cpu = cpuMicrosOf(this.#server.pid ?? 0);
    const startedAt = sharedMillis();
    this.#client.makeUnaryRequest('/bench.Broadcast/Send', plain, plain, ask, () => {});
    const atMillis = await ended;
    return {
      millis: atMillis.map((at) => at - startedAt),
      cpuMicros: cpuMicrosOf(this.#server.pid ?? 0) - cpu,
    };
  }

  async close(): Promise<void> {
    this.#client.close();
    await Promise.all([...this.#hosts, this.#server].map(ended));
  }
}
