import { join } from 'node:path';
import { CutRequest, CutResponse } from '@creance/proto/wire';
import { openDevLine } from '../../../broker/src/rpc/operator-client.js';
import type { BrokerProcess } from '../broker-process.js';
import { RawClient } from '../raw-client.js';
import { openWith } from '../raw-tree.js';
import { TestKey } from '../test-key.js';

/** Milliseconds between two looks at how many cuts are due. */
const tickMillis = 5;

const reason = 'a test of faults';

/**
 * An operator who cuts a workload again and again: each cut is a row of the log, and needs no session.
 * Open loop: what is due is asked for, whatever became of what was asked before.
 */
export class CutLoad {
  /** Moment, by `performance.now()`, at which the broker acknowledged the cut at a revision. */
  readonly acknowledgedAt: Map<number, number> = new Map();
  /** Milliseconds from asking for a cut to its acknowledgement. */
  readonly millis: number[] = [];
  failed = 0;
  #asked = 0;
  #waiting = 0;
  readonly #line: ReturnType<typeof openDevLine>;

  private constructor(broker: BrokerProcess) {
    this.#line = openDevLine(join(broker.data, 'run', 'operator.sock'));
  }

  /** Opens one on a workload that the broker has seen once: of others there is nothing to cut. */
  static async open(broker: BrokerProcess): Promise<CutLoad> {
    const client = new RawClient(broker.address);
    const evidence = { join: await broker.joinString('workload', 'fierce'), key: new TestKey() };
    await openWith(client, { ...evidence, redeem: true }, new TestKey());
    client.close();
    return new CutLoad(broker);
  }

  /** How many were asked for. */
  get asked(): number {
    return this.#asked;
  }

  /** Cuts one, and gives its revision. */
  async cut(): Promise<number> {
    this.#asked += 1;
    const ask = { target: { $case: 'workload' as const, value: 'fierce' }, reason };
    const startedAt = performance.now();
    const bytes = CutRequest.encode(ask).finish();
    const reply = await this.#line.call('/creance.v1.OperatorService/Cut', bytes);
    const revision = Number(CutResponse.decode(Buffer.from(reply)).revision);
    this.acknowledgedAt.set(revision, performance.now());
    this.millis.push(performance.now() - startedAt);
    return revision;
  }

  /** Cuts so many a second for so long, then waits for what is left. */
  async run(perSecond: number, millis: number): Promise<void> {
    const startedAt = performance.now();
    const before = this.#asked;
    const all: Promise<void>[] = [];
    while (performance.now() - startedAt < millis) {
      const due = ((performance.now() - startedAt) / 1_000) * perSecond;
      while (this.#asked - before < due && this.#waiting < 512) all.push(this.#one());
      await new Promise((resolve) => setTimeout(resolve, tickMillis));
    }
    await Promise.all(all);
  }

  async close(): Promise<void> {
    await this.#line.close();
  }

  async #one(): Promise<void> {
    this.#waiting += 1;
    try {
      await this.cut();
    } catch {
      this.failed += 1;
    } finally {
      this.#waiting -= 1;
    }
  }
}
