import { handleFromBytes } from '@creance/proto';
import {
  ActionOutcome,
  GetSessionRequest,
  GetSessionResponse,
  type SessionCause,
  type SessionReach,
  type TimelinePoint,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { sessionBytes } from './cut-target.js';
import { levelOf } from './explained.js';
import { call } from './operator-call.js';
import { type Format, instantText, type Output, print } from './output.js';
import { sessionText } from './session-text.js';
import { rowOf } from './sessions.js';
import type { ShownCause, ShownDetail, ShownReach } from './shown-session.js';

/** Shows one session: its state and why, who answers for it, what it may do, and what to do next. */
export async function showSession(
  line: OperatorLine,
  { id, o }: { readonly id: string; readonly o: Format },
  output: Output,
): Promise<void> {
  const shown = await sessionDetail(line, id);
  print(shown, () => sessionText(shown), o, output);
}

/** Asks the broker for one session. Refuses with `target_unknown` where there is none. */
export async function sessionDetail(line: OperatorLine, id: string): Promise<ShownDetail> {
  const request = GetSessionRequest.encode({ sessionId: sessionBytes(id) }).finish();
  const reply = await call(line, '/creance.v1.OperatorService/GetSession', request);
  return shownDetail(GetSessionResponse.decode(reply));
}

function shownDetail(reply: GetSessionResponse): ShownDetail {
  const { session, opening, cause, task, risk, idleEndUnixSeconds: idle } = reply;
  if (session === undefined) throw new Error('the reply names no session');
  return {
    session: rowOf(session),
    contact: reply.contact,
    escalation: reply.escalation,
    above: reply.above.map(rowOf),
    children: reply.children.map(rowOf),
    sessionsBelow: reply.sessionsBelow,
    key: reply.keyThumbprint,
    idleEnd: idle === 0n ? null : instantText(idle * 1_000_000n),
    cause: cause === undefined ? null : shownCause(cause),
    evidence: {
      kind: opening?.evidence ?? 'unknown',
      key: opening?.evidenceKey ?? '',
      joinToken: handleFromBytes(reply.evidenceIssuer) ?? '',
      isOwn: reply.ownEvidence,
      network: opening?.network ?? '',
    },
    mayAsk: reply.mayAsk.map(shownReach),
    task: task === undefined ? null : task.grants.map(shownReach),
    risk:
      risk === undefined
        ? null
        : {
            level: levelOf(risk.level),
            risk: risk.risk,
            peak: risk.peakRisk,
            latest: risk.latest.map(shownPoint),
          },
  };
}

function shownCause({ kind, reason, author, ...cause }: SessionCause): ShownCause {
  const { atUnixMicros, revision, requestId: request } = cause;
  return {
    kind,
    reason,
    author,
    at: instantText(atUnixMicros),
    revision: Number(revision),
    request,
  };
}

function shownReach({ resource, scopes }: SessionReach): ShownReach {
  return { resource, scopes };
}

function shownPoint({ atUnixMicros, resource, action, outcome, risk }: TimelinePoint) {
  const isAllowed = outcome === ActionOutcome.ACTION_OUTCOME_ALLOWED;
  const word = isAllowed ? ('allowed' as const) : ('refused' as const);
  return { at: instantText(atUnixMicros), resource, action, outcome: word, risk };
}
