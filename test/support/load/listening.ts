import { join } from 'node:path';
import type { Verifier, VerifierEvent, VerifierOptions } from '@creance/verifier';
import { joinVerifier } from '@creance/verifier/grpc';
import type { BrokerProcess } from '../broker-process.js';

/** An event of a verifier and when it came, by `performance.now()`. */
export type Heard = VerifierEvent & { readonly at: number };

let joined = 0;

/** A verifier of a resource whose every word is noted. */
export class ListeningVerifier {
  readonly verifier: Verifier;
  readonly heard: Heard[];

  private constructor(verifier: Verifier, heard: Heard[]) {
    this.verifier = verifier;
    this.heard = heard;
  }

  /** Joins and waits for the first whole view. */
  static async join(
    broker: BrokerProcess,
    resource: string,
    options: Partial<VerifierOptions> & { readonly clock?: never } = {},
  ): Promise<ListeningVerifier> {
    joined += 1;
    const heard: Heard[] = [];
    const verifier = await joinVerifier({
      join: await broker.joinString('verifier', resource),
      keyFile: join(broker.data, `listening-${joined}.key.json`),
      onEvent: (event) => void heard.push({ ...event, at: performance.now() }),
      ...options,
    });
    await verifier.ready();
    return new ListeningVerifier(verifier, heard);
  }

  /** Revision that its view stands at, as it has told. */
  get revision(): number {
    const last = this.heard.findLast((event) => event.kind === 'applied');
    return last?.kind === 'applied' ? last.revision : 0;
  }

  /** The first event of a kind after a moment. */
  after(at: number, kind: VerifierEvent['kind']): Heard | undefined {
    return this.heard.find((event) => event.at >= at && event.kind === kind);
  }

  /** Moment at which it first stood at a revision or beyond. */
  reached(revision: number): number | undefined {
    return this.heard.find((event) => event.kind === 'applied' && event.revision >= revision)?.at;
  }

  /** Milliseconds from the acknowledgement of each cut until it was enforced here. */
  lags(acknowledgedAt: ReadonlyMap<number, number>): readonly number[] {
    const applied = this.heard.filter((event) => event.kind === 'applied');
    const lags: number[] = [];
    let next = 0;
    for (const [revision, at] of [...acknowledgedAt].sort(([one], [other]) => one - other)) {
      while ((applied[next]?.revision ?? Infinity) < revision) next += 1;
      const enforced = applied[next];
      if (enforced !== undefined) lags.push(Math.max(0, enforced.at - at));
    }
    return lags;
  }

  close(): Promise<void> {
    return this.verifier.close();
  }
}
