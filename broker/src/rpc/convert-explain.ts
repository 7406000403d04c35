import { ok, parseSessionId, type Result, sessionIdFromBytes } from '@creance/proto';
import {
  ActionOutcome,
  DecisionDone,
  type EvidenceTerm,
  ExplainedSession as ExplainedSessionMessage,
  ExplainSessionRequest,
  ExplainSessionResponse,
  type RiskDecision,
  RiskLevel,
  type TimelinePoint,
} from '@creance/proto/wire';
import type {
  ExplainAsk,
  ExplainedDecision,
  ExplainedSession,
  Explanation,
} from '../commands/explain-session.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import { type Level, thresholds } from '../domain/risk.js';
import { idFault, malformed, wireHandle } from './convert.js';
import { stateOf } from './convert-operator.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Bytes of the sessions of one reply: clients take messages of this size, and it has a head. */
const pageBytesMax = limits.messageBytes - 2_048;

const noBytes = Buffer.alloc(0);

/** Reads an ExplainSessionRequest. */
export function readExplainSession(bytes: Uint8Array): Result<ExplainAsk, Denial> {
  const decoded = decodeMessage(ExplainSessionRequest, bytes);
  if (!decoded.ok) return decoded;
  const { sessionId, pageToken } = decoded.value;
  const session = sessionIdFromBytes(sessionId);
  if (session === undefined) return malformed('session_id', idFault);
  const after = pageToken === '' ? undefined : parseSessionId(pageToken);
  if (after === undefined && pageToken !== '')
    return malformed('page_token', 'must come from the previous reply');
  return ok({ session, after });
}

/** Writes an ExplainSessionResponse: as many of the sessions as fit, and at least the first. */
export function writeExplainSession({ sessions: all, at }: Explanation): Buffer {
  const sessions: ExplainedSessionMessage[] = [];
  let room = pageBytesMax;
  for (const each of all) {
    const message = fitted(messageOf(each));
    room -= bytesIn(message);
    if (room < 0) break;
    sessions.push(message);
  }
  return encodeMessage(ExplainSessionResponse, {
    sessions,
    thresholds: [...thresholds]
      .reverse()
      .map(([risk, level]) => ({ level: wireLevels[level], risk })),
    explainedUnixMicros: BigInt(at),
    nextPageToken: sessions.length < all.length ? (all[sessions.length - 1]?.session.id ?? '') : '',
  });
}

/** Bytes of one session in a page, with its tag and length. */
function bytesIn(message: ExplainedSessionMessage): number {
  return ExplainedSessionMessage.encode(message).finish().length + 4;
}

/** A session that fits into one message: what only tells goes first, then what is weakest and oldest. */
function fitted(message: ExplainedSessionMessage): ExplainedSessionMessage {
  let fit = message;
  while (bytesIn(fit) > pageBytesMax && fit.silentTerms.length > 0) {
    const silentTerms = strongerHalf(fit.silentTerms);
    const leftOut = fit.leftOut + fit.silentTerms.length - silentTerms.length;
    fit = { ...fit, silentTerms, leftOut };
  }
  while (bytesIn(fit) > pageBytesMax) {
    const { terms, points, decisions } = fit;
    const half = <Each>(all: readonly Each[]) => all.slice(Math.ceil(all.length / 2));
    const kept = {
      terms: strongerHalf(terms),
      points: half(points),
      decisions: half(decisions),
    };
    const before = terms.length + points.length + decisions.length;
    const after = kept.terms.length + kept.points.length + kept.decisions.length;
    if (after === before) return fit;
    fit = { ...fit, ...kept, leftOut: fit.leftOut + before - after };
  }
  return fit;
}

/** In the order that they are in. */
function strongerHalf(terms: readonly EvidenceTerm[]): EvidenceTerm[] {
  const weakestFirst = [...terms].sort((one, other) => one.added - other.added);
  const strong = new Set(weakestFirst.slice(Math.ceil(terms.length / 2)));
  return terms.filter((term) => strong.has(term));
}

/** Levels as they go over the wire. */
export const wireLevels: { readonly [Each in Level]: RiskLevel } = {
  calm: RiskLevel.RISK_LEVEL_CALM,
  observe: RiskLevel.RISK_LEVEL_OBSERVE,
  narrow: RiskLevel.RISK_LEVEL_NARROW,
  suspend: RiskLevel.RISK_LEVEL_SUSPEND,
  suspendTree: RiskLevel.RISK_LEVEL_SUSPEND_TREE,
  revoke: RiskLevel.RISK_LEVEL_REVOKE,
};

function messageOf(explained: ExplainedSession): ExplainedSessionMessage {
  const { session, owner, level, risk, peak, points, decisions } = explained;
  return {
    sessionId: wireHandle(session.id),
    parentId: session.parent === undefined ? noBytes : wireHandle(session.parent),
    workload: session.name,
    owner: owner ?? '',
    level: wireLevels[level],
    risk,
    peakRisk: peak,
    state: stateOf(session),
    terms: explained.terms.map(termOf),
    points: points.map(pointOf),
    decisions: decisions.map(decisionOf),
    leftOut: 0,
    silentTerms: explained.silentTerms.map(({ mode, ...term }) => {
      return termOf({ ...term, words: `in ${mode}: ${term.words}` });
    }),
  };
}

/** A point of a timeline as it goes over the wire. */
export function pointOf({
  atMillis,
  outcome,
  ...point
}: ExplainedSession['points'][number]): TimelinePoint {
  return { atUnixMicros: wireMicros(atMillis), outcome: wireOutcomes[outcome], ...point };
}

function termOf({ at, atMillis, ...term }: ExplainedSession['terms'][number]): EvidenceTerm {
  return { actionIndex: at, atUnixMicros: wireMicros(atMillis), ...term };
}

const wireOutcomes = {
  allowed: ActionOutcome.ACTION_OUTCOME_ALLOWED,
  refused: ActionOutcome.ACTION_OUTCOME_REFUSED,
} as const;

function decisionOf(decision: ExplainedDecision): RiskDecision {
  const { atMillis, level, risk, because, kinds } = decision;
  return {
    atUnixMicros: wireMicros(atMillis),
    level: wireLevels[level],
    ...doneOf(decision),
    risk,
    because: because ?? '',
    kinds: [...kinds],
  };
}

function doneOf({ done }: ExplainedDecision): Pick<RiskDecision, 'done' | 'imposedLevel'> {
  const imposedLevel = RiskLevel.RISK_LEVEL_UNSPECIFIED;
  if (done === 'alert') return { done: DecisionDone.DECISION_DONE_ALERT, imposedLevel };
  if (done === 'would have') return { done: DecisionDone.DECISION_DONE_WOULD_HAVE, imposedLevel };
  return { done: DecisionDone.DECISION_DONE_IMPOSED, imposedLevel: wireLevels[done] };
}

/** Unix time in milliseconds as whole microseconds; zero when it is not known. */
function wireMicros(atMillis: number | undefined): bigint {
  return BigInt(Math.max(0, Math.round((atMillis ?? 0) * 1_000)));
}
