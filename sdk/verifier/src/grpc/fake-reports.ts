import { ReportActionsRequest, ReportActionsResponse } from '@creance/proto/wire';

/** The part of a broker that takes reports, does what a test asks, and keeps what came. */
export class FakeReports {
  readonly seen: ReportActionsRequest[] = [];
  /** Hashes to ask for in the next answer. */
  proofsWanted: Uint8Array[] = [];
  /** Bytes to answer with in place of an answer. */
  nonsense: Uint8Array | undefined;

  answer(request: Buffer): Uint8Array {
    const report = ReportActionsRequest.decode(request);
    this.seen.push(report);
    const proofsWanted = this.proofsWanted.splice(0).map((hash) => Buffer.from(hash));
    const { length: taken } = report.observations;
    return (
      this.nonsense ?? ReportActionsResponse.encode({ taken, dropped: 0, proofsWanted }).finish()
    );
  }
}
