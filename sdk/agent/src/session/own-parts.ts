import type { ActionName } from '../actions/action.js';
import { Reporter } from '../actions/reporter.js';
import type { BrokerParts } from '../broker/channel.js';
import type { EvidenceSource } from '../keys/evidence.js';
import type { OpeningTrace, SessionTrace } from '../telemetry/session-trace.js';
import type { SessionLine } from './line.js';
import type { OpenedSession } from './open.js';

/** What a session has beside what the broker has opened. */
export interface OwnParts {
  /** Evidence of the session itself; undefined when it shares its parent's. */
  readonly evidence: EvidenceSource | undefined;
  /** Whether it reports what it does. */
  readonly report: boolean;
  readonly actionName: ActionName | undefined;
  /** Whether the broker was asked for a root: then nothing is above it. */
  readonly isRoot: boolean;
  /** The session of this process that delegated it. */
  readonly parent?: SessionTrace | undefined;
  /** The span that its opening has begun. */
  readonly opening?: OpeningTrace | undefined;
}

/** What reports for a session; undefined when it does not, and for those that do nothing at resources. */
export function reporterOf(
  { clock, entropy, onEvent }: BrokerParts,
  { id: sessionId, kind }: OpenedSession,
  { report }: OwnParts,
  line: SessionLine,
  trace: SessionTrace,
): Reporter | undefined {
  if (!report || kind !== 'workload') return undefined;
  return new Reporter({
    clock,
    entropy,
    onEvent,
    sessionId,
    trace,
    call: (ask) => line.call(() => ask),
    lastCall: (ask) => line.lastCall(ask),
  });
}
