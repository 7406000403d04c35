import { bytesOfHandle, type Handle } from '@creance/proto';
import {
  ActionOutcome,
  ActionServiceService,
  type Observation,
  ReportActionsRequest,
  ReportActionsResponse,
} from '@creance/proto/wire';
import { decodeReply } from '../broker/read.js';
import { limits } from '../limits.js';
import type { LineAsk } from '../session/line-ask.js';
import type { SpanReference } from '../telemetry/reference.js';
import type { SeenAction } from './action.js';
import type { Batch } from './outbox.js';

const uint32Max = 0xffff_ffff;
const nothing = Buffer.alloc(0);

/** An agent hears the answer itself; where it came from and what it was aimed at say nothing here. */
const vantage = { origin: false, destination: false, outcome: true };

/** What the broker did with a report. */
export interface ReportReceipt {
  /** Actions that it dropped. */
  readonly dropped: number;
}

/**
 * Reports a batch, over the stream if there is one. Tried once: whoever calls tries again, under the same
 * ids. Ages are those of the moment of sending.
 */
export function reportAsk(batch: Batch, nowMillis: () => number): LineAsk<ReportReceipt> {
  const value = () => requestOf(batch, nowMillis());
  const read = ({ dropped }: ReportActionsResponse) => ({ dropped });
  return {
    path: ActionServiceService.reportActions.path,
    request: () => ReportActionsRequest.encode(value()).finish(),
    read: (bytes) => read(decodeReply(ReportActionsResponse, bytes)),
    digest: false,
    deadlineMillis: limits.reportCallMillis,
    attemptsMax: 1,
    streamed: {
      get kind() {
        return { $case: 'reportActions', value: value() } as const;
      },
      read: (answer) => (answer.$case === 'reportActions' ? read(answer.value) : undefined),
      keepsAlive: false,
    },
  };
}

function requestOf({ actions, dropped }: Batch, nowMillis: number): ReportActionsRequest {
  const observations = actions.map((action) => observationOf(action, nowMillis));
  return { observations, proofs: [], dropped: Math.min(dropped, uint32Max) };
}

/** What only a verifier may say is left out. */
function observationOf(seen: SeenAction, nowMillis: number): Observation {
  const { id, action, audience, outcome, atMillis, span } = seen;
  const ageMillis = Math.max(0, Math.round(nowMillis - atMillis));
  return {
    actionId: Buffer.from(bytesOfHandle(id as Handle)),
    sessionId: nothing,
    tokenHash: nothing,
    audience,
    action,
    outcome:
      outcome === 'allowed'
        ? ActionOutcome.ACTION_OUTCOME_ALLOWED
        : ActionOutcome.ACTION_OUTCOME_REFUSED,
    refusal: '',
    ageMillis: Math.min(ageMillis, uint32Max),
    vantage,
    proof: undefined,
    foreignProof: undefined,
    destinations: [],
    origin: undefined,
    span: span && spanOf(span),
  };
}

function spanOf({ traceId, spanId }: SpanReference): Observation['span'] {
  return { traceId: Buffer.from(traceId, 'hex'), spanId: Buffer.from(spanId, 'hex') };
}
