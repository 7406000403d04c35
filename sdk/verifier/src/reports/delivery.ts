import type { Result } from '@creance/proto';
import { Backoff } from '../backoff.js';
import { reportTriesMax } from '../limits.js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { type Batch, reportOf } from './batch.js';
import type { ReportFault, ReportReply, SendReport } from './report.js';

/** Brings batches to the broker: again, under the same ids, when that may help. */
export class Delivery {
  readonly #send: SendReport;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #isClosed = false;

  constructor(send: SendReport, clock: Clock, entropy: Entropy) {
    this.#send = send;
    this.#clock = clock;
    this.#backoff = new Backoff(clock, entropy);
  }

  /** Sends a batch until it is taken, refused for good, or was tried `reportTriesMax` times. */
  async deliver(batch: Batch, dropped: number): Promise<Result<ReportReply, ReportFault>> {
    for (let tries = 1; ; tries += 1) {
      const report = reportOf(batch, dropped, this.#clock.monotonicMillis());
      const sent = await this.#send(report);
      if (sent.ok) this.#backoff.reset();
      if (sent.ok || this.#isClosed || tries >= reportTriesMax || isFinal(sent.error)) return sent;
      await this.#backoff.pause();
    }
  }

  /** From now on everything is tried once, and nothing is waited for. */
  close(): void {
    this.#isClosed = true;
    this.#backoff.wake();
  }
}

/** Whether the report itself is at fault, so that sending it again cannot help, in whatever session. */
function isFinal({ reason, status }: ReportFault): boolean {
  if (reason === 'request_too_large') return true;
  return status === 'INVALID_ARGUMENT' || status === 'UNIMPLEMENTED';
}
