import {
  ListSessionsResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  SessionKind,
  SessionSummary,
  type VerifierSummary,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import type { Output } from './output.js';

const methods = '/creance.v1.OperatorService/';

/** For tests: a broker that answers by method, and what it was asked. */
export class DoubleLine implements OperatorLine {
  readonly asked: { readonly method: string; readonly request: Buffer }[] = [];
  /** Verifiers, each by what it has acknowledged. */
  acknowledged: number[] = [];
  /** The resource of each of these, in order; `crm` of all others. */
  resources: readonly string[] = [];
  /** Resources whose verifiers have sessions of the broker's own, where the test answers no ListSessions. */
  joined: readonly string[] = [];
  /** The reason for which it refuses to list verifiers; undefined when it does not. */
  failsAfterwards: string | undefined;
  readonly #answers: Readonly<Record<string, (request: Buffer) => Uint8Array>>;

  constructor(answers: Readonly<Record<string, (request: Buffer) => Uint8Array>>) {
    this.#answers = answers;
  }

  async call(path: string, request: Uint8Array): Promise<Uint8Array> {
    const method = path.replace(methods, '');
    if (method === 'ListVerifiers') {
      if (this.failsAfterwards === undefined) return this.#verifiers(request);
      throw Object.assign(new Error('refused'), { reason: this.failsAfterwards });
    }
    if (method === 'ListSessions' && this.#answers[method] === undefined) return this.#sessions();
    this.asked.push({ method, request: Buffer.from(request) });
    const answer = this.#answers[method];
    if (answer === undefined) throw new Error(`the test has no ${method}`);
    return answer(Buffer.from(request));
  }

  close(): void {}

  #sessions(): Uint8Array {
    const sessions = this.joined.map((name) =>
      SessionSummary.fromPartial({
        sessionId: Buffer.alloc(16),
        kind: SessionKind.SESSION_KIND_VERIFIER,
        name,
        owner: 'creance',
      }),
    );
    return ListSessionsResponse.encode({ sessions, nextPageToken: '' }).finish();
  }

  #verifiers(request: Uint8Array): Uint8Array {
    ListVerifiersRequest.decode(request);
    const verifiers = this.acknowledged.map(
      (revision, at): VerifierSummary => ({
        sessionId: Buffer.alloc(16),
        resource: this.resources[at] ?? 'crm',
        acknowledgedRevision: BigInt(revision),
      }),
    );
    return ListVerifiersResponse.encode({
      verifiers,
      revision: 9n,
      nowUnixMicros: 0n,
      clockOffMillis: 0n,
    }).finish();
  }
}

/** For tests: what a command has printed. */
export class DoubleOutput implements Output {
  readonly results: string[] = [];
  readonly said: string[] = [];
  columns: number | undefined;

  readonly result = (text: string): void => void this.results.push(text);
  readonly words = (text: string): void => void this.said.push(text);

  /** The only result, as JSON. */
  get json(): unknown {
    return JSON.parse(this.results.join(''));
  }
}
