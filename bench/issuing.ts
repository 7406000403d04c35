import { IssueTokenRequest } from '@creance/proto/wire';
import { audience, scope, workloads } from './bench-manifest.js';
import { measured } from './call-subjects.js';
import type { Subject } from './harness.js';
import { RawSession } from './raw-session.js';
import { RawStream } from './raw-stream.js';
import type { BenchBroker } from './stage.js';

const ask: IssueTokenRequest = { audience, scopes: [scope], lifetimeSeconds: 60 };

/** The bytes of every unary request for a token, and of every echo beside it. */
export const issueRequest: Buffer = Buffer.from(IssueTokenRequest.encode(ask).finish());

/** What a list holds at a place, round and round. */
const at = <T>(list: readonly T[], nth: number): T => list[nth % list.length] as T;

/**
 * Sessions that ask a broker for tokens: one of each workload, with a connection and a stream of its own, so
 * that no rate of one is what counts. Each audit record is durable before its answer.
 */
export class Issuing {
  readonly #broker: BenchBroker;
  readonly sessions: RawSession[] = [];
  readonly #streams: RawStream[] = [];

  private constructor(broker: BenchBroker) {
    this.#broker = broker;
  }

  static async open(broker: BenchBroker): Promise<Issuing> {
    const issuing = new Issuing(broker);
    for (const name of workloads) {
      const session = await RawSession.open(await broker.joinString('workload', name));
      issuing.sessions.push(session);
      issuing.#streams.push(await RawStream.open(session));
    }
    return issuing;
  }

  /** A token over a session's stream. */
  onStream(nth: number): Promise<unknown> {
    return at(this.#streams, nth).ask({ $case: 'issueToken', value: ask });
  }

  /** CPU of the broker for a token over the stream. */
  streamSubject(name: string): Subject {
    return measured(name, this.#broker.pid, (nth) => this.onStream(nth));
  }

  /** CPU of the broker for a token as a unary call with a proof of its own. */
  unarySubject(name: string): Subject {
    return measured(name, this.#broker.pid, (nth) =>
      at(this.sessions, nth).call('IssueToken', issueRequest),
    );
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    for (const session of this.sessions) session.close();
  }
}
