import { handleFromBytes } from '@creance/proto';
import {
  ActionOutcome,
  DecisionDone,
  type EvidenceTerm,
  type ExplainedSession as ExplainedSessionMessage,
  ExplainSessionRequest,
  ExplainSessionResponse,
  type RiskDecision,
  RiskLevel,
} from '@creance/proto/wire';
import type { Level } from '../domain/risk.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { sessionBytes } from './cut-target.js';
import { call } from './operator-call.js';
import { stateWord } from './sessions.js';

/** One piece of evidence, as it is shown. Names come from outside: they are escaped where they are written. */
export interface ShownTerm {
  /** Number of the action in its session, from 0. */
  readonly index: number;
  /** Unix time in milliseconds; undefined when it is not known. */
  readonly atMillis: number | undefined;
  readonly kind: string;
  readonly resource: string;
  readonly action: string;
  readonly added: number;
  readonly words: string;
}

/** One action of the timeline, as it is shown. */
export interface ShownPoint {
  readonly atMillis: number;
  readonly resource: string;
  readonly action: string;
  readonly outcome: 'allowed' | 'refused';
  /** Risk after it. */
  readonly risk: number;
}

/** One decision, as it is shown. */
export interface ShownDecision {
  readonly atMillis: number;
  readonly level: Level;
  /** What was imposed, or what else came of it. */
  readonly done: Level | 'alert' | 'would have';
  readonly risk: number;
  /** Why it was milder; empty when it was not. */
  readonly because: string;
  /** Kinds of evidence that decided, the strongest first. */
  readonly kinds: readonly string[];
}

/** What is known of one session, as it is shown. */
export interface ShownSession {
  readonly session: string;
  /** Empty for a root. */
  readonly parent: string;
  readonly workload: string;
  readonly owner: string;
  readonly level: Level;
  readonly risk: number;
  readonly peak: number;
  readonly state: string;
  readonly terms: readonly ShownTerm[];
  /** Of rules that are not enforced: they raise no risk. */
  readonly silentTerms: readonly ShownTerm[];
  readonly points: readonly ShownPoint[];
  readonly decisions: readonly ShownDecision[];
  /** Terms, points and decisions that are not shown: the weakest and the oldest. */
  readonly leftOut: number;
}

/** What is known of a session's tree, as it is shown. */
export interface ShownTree {
  /** The session that was asked for. */
  readonly asked: string;
  readonly atMillis: number;
  /** The mildest first. */
  readonly thresholds: readonly { readonly level: Level; readonly risk: number }[];
  /** Parents before their children. */
  readonly sessions: readonly ShownSession[];
}

/** Pages of one tree that are asked for at most. */
const pagesMax = 1_000;

/** Asks the broker what the watch knows of a session and its tree, page by page. */
export async function explainedTree(line: OperatorLine, asked: string): Promise<ShownTree> {
  const sessionId = sessionBytes(asked);
  const sessions: ShownSession[] = [];
  let pageToken = '';
  for (let page = 0; ; page += 1) {
    const request = ExplainSessionRequest.encode({ sessionId, pageToken }).finish();
    const reply = ExplainSessionResponse.decode(
      await call(line, '/creance.v1.OperatorService/ExplainSession', request),
    );
    sessions.push(...reply.sessions.map(shownSession));
    pageToken = reply.nextPageToken;
    if (pageToken !== '' && page + 1 < pagesMax) continue;
    const thresholds = reply.thresholds.map(({ level, risk }) => ({ level: levelOf(level), risk }));
    return { asked, atMillis: millis(reply.explainedUnixMicros), thresholds, sessions };
  }
}

function shownSession(message: ExplainedSessionMessage): ShownSession {
  const { workload, owner, risk, peakRisk, leftOut, terms, points, decisions } = message;
  return {
    session: handleFromBytes(message.sessionId) ?? '',
    parent: handleFromBytes(message.parentId) ?? '',
    workload,
    owner,
    level: levelOf(message.level),
    risk,
    peak: peakRisk,
    state: stateWord(message.state),
    terms: terms.map(shownTerm),
    silentTerms: message.silentTerms.map(shownTerm),
    points: points.map(({ atUnixMicros, outcome, ...point }) => {
      const isAllowed = outcome === ActionOutcome.ACTION_OUTCOME_ALLOWED;
      const word = isAllowed ? ('allowed' as const) : ('refused' as const);
      return { atMillis: millis(atUnixMicros), outcome: word, ...point };
    }),
    decisions: decisions.map(shownDecision),
    leftOut,
  };
}

function shownTerm({ actionIndex, atUnixMicros, ...term }: EvidenceTerm): ShownTerm {
  return { index: actionIndex, atMillis: millis(atUnixMicros) || undefined, ...term };
}

function shownDecision(message: RiskDecision): ShownDecision {
  const { atUnixMicros, level, risk, because, kinds } = message;
  return {
    atMillis: millis(atUnixMicros),
    level: levelOf(level),
    done: doneOf(message),
    risk,
    because,
    kinds,
  };
}

function doneOf({ done, imposedLevel }: RiskDecision): ShownDecision['done'] {
  if (done === DecisionDone.DECISION_DONE_IMPOSED) return levelOf(imposedLevel);
  return done === DecisionDone.DECISION_DONE_ALERT ? 'alert' : 'would have';
}

/** A level that this version does not know is the worst that it knows. */
export function levelOf(level: RiskLevel): Level {
  switch (level) {
    case RiskLevel.RISK_LEVEL_CALM:
      return 'calm';
    case RiskLevel.RISK_LEVEL_OBSERVE:
      return 'observe';
    case RiskLevel.RISK_LEVEL_NARROW:
      return 'narrow';
    case RiskLevel.RISK_LEVEL_SUSPEND:
      return 'suspend';
    case RiskLevel.RISK_LEVEL_SUSPEND_TREE:
      return 'suspendTree';
    default:
      return 'revoke';
  }
}

function millis(micros: bigint): number {
  return Number(micros) / 1_000;
}
