import type { SessionId } from '@creance/proto';
import type { TellCut } from './commands/tell-cut.js';
import type { Decision, Held, LiveSession } from './detect/live/live-session.js';
import { termsBehind } from './detect/live/silent-terms.js';
import type { Answered, Reporter } from './detect/respond.js';
import { strongestFirst } from './detect/watch/terms.js';
import type { SpanReference } from './domain/action.js';
import type { CutTold } from './domain/cut-told.js';
import type { SignalHappening, TellSignal } from './domain/event.js';
import { limits } from './domain/limits.js';
import type { CurrentRegistry } from './domain/registry.js';
import type { OnSignal } from './domain/signal.js';
import type { Clock } from './runtime/clock.js';
import { openRate } from './runtime/rate.js';
import type { CutDone, Store } from './store/store.js';
import type { CallSpans } from './telemetry/call-spans.js';
import { CauseSpans, type SignalTold, type ToldSession } from './telemetry/cause-spans.js';
import { type LogFields, type TraceFields, traceFields } from './telemetry/log-fields.js';
import type { Meters } from './telemetry/meters.js';

/** Where the broker writes what it has answered, cut and failed at; pino fits. */
export interface TellLogger {
  debug(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
}

/** What telling stands on. */
export interface RoomsOfTelling {
  readonly store: Pick<Store, 'path'>;
  readonly registry: CurrentRegistry;
  readonly clock: Clock;
  readonly meters: Meters;
  readonly logger: TellLogger;
  /** Makes spans of calls; undefined when nobody traces. */
  readonly spans?: CallSpans | undefined;
  /** Hears of every decision and of every fact that was answered. */
  readonly onTold?: TellSignal | undefined;
}

/** Tells metrics, traces and log what the broker has been told, has decided and has cut. */
export interface Telling {
  readonly signal: OnSignal;
  /** A fact was answered. */
  answered(answered: Answered, reporters: readonly Reporter[]): void;
  /** The watch has decided; with the hold that this made. */
  decided(session: LiveSession, decision: Decision, held: Held | undefined): void;
  /** A call has cut something. */
  readonly cut: TellCut;
  /** A fault of ours that has stopped nothing else. */
  fault(fault: unknown): void;
}

/** Opens the telling: one place for what reaches operators beside the audit. */
export function openTelling(rooms: RoomsOfTelling): Telling {
  const { meters, logger, spans, clock } = rooms;
  const causes = spans && new CauseSpans(spans.traces);
  const traced = tracedSignals(rooms, causes);
  return {
    signal(signal, cause) {
      meters.signal(signal.kind);
      if (cause === undefined || causes === undefined) return;
      const resource = 'resource' in signal ? signal.resource : undefined;
      traced({ kind: signal.kind, resource, isOwn: false }, signal.session, cause.span);
    },
    answered({ fact, session, outcome, done }, reporters) {
      meters.theftAnswered(fact.kind, outcome);
      const happening = { signal: fact.kind, risk: 1, evidence: fact.words, response: outcome };
      rooms.onTold?.(session, { kind: 'signal', ...happening });
      const [reporter] = reporters;
      const told = { kind: fact.kind, resource: reporter?.resource, response: outcome };
      const cause = reporters.find(({ span }) => span !== undefined)?.span;
      const cut = done && ownCut('theft', session, done);
      const ids = withCut({ ...told, isOwn: true }, fact.session, cause, cut);
      const { revision, sessionsEnded } = done ?? {};
      const lines = { session, outcome, revision, sessionsEnded };
      logger.warn({ fact: fact.kind, ofSession: fact.session, ...lines, ...ids }, 'theft answered');
    },
    decided(session, decision, held) {
      const { level, done, risk } = decision;
      meters.watchDecided(level, done);
      rooms.onTold?.(session.id, happeningOf(session, decision));
      const told = { kind: 'risk', resource: session.reporter, risk: rounded(risk) };
      const cut = held && ownCut('risk', held.session, held);
      const ids = withCut({ ...told, response: done, isOwn: true }, session.id, session.span, cut);
      logger.warn({ ...decisionFields(session, decision), ...ids }, 'watch decided');
    },
    cut(told, { requestId }) {
      meters.cut(told);
      const line = (ids: TraceFields) => tellCutLine(logger, told, requestId, ids);
      if (spans === undefined) return line({});
      const session = toldSession(rooms, told.session);
      const onMade = (span: Parameters<typeof traceFields>[0]) => line(traceFields(span));
      return spans.cutIn(requestId, { told, session, at: clock.now(), onMade });
    },
    fault: (fault) =>
      logger.error({ fault: fault instanceof Error ? fault.message : String(fault) }, 'watch'),
  };

  /** Makes the span of a signal, and that of the cut below it; gives the ids of the signal's. */
  function withCut(
    told: Omit<SignalTold, 'session'>,
    session: SessionId,
    cause: SpanReference | undefined,
    cut: CutTold | undefined,
  ): TraceFields {
    if (cut !== undefined) meters.cut(cut);
    const signal = traced(told, session, cause);
    if (signal === undefined || causes === undefined) return {};
    if (cut !== undefined)
      causes.cutBelow(signal, cut, toldSession(rooms, cut.session), clock.now());
    return traceFields(signal);
  }
}

/** A cut that the broker has made by itself. */
function ownCut(
  reason: CutTold['reason'],
  session: SessionId,
  { revision, sessionsEnded }: CutDone,
): CutTold {
  return { handle: 'session', reason, author: 'broker', revision, sessionsEnded, session };
}

/** Makes spans of signals, of one resource's word no more than its rate. */
function tracedSignals(rooms: RoomsOfTelling, causes: CauseSpans | undefined) {
  const { clock, meters, registry } = rooms;
  const { signalSpansBurst, signalSpansPerSecond, rateKeys } = limits;
  const rate = openRate(signalSpansBurst, signalSpansPerSecond, rateKeys);
  return (
    told: Omit<SignalTold, 'session'>,
    session: SessionId | undefined,
    cause: SpanReference | undefined,
  ) => {
    if (causes === undefined) return undefined;
    // What the broker has proved or decided is told whatever resources say.
    if (!told.isOwn && rate.take(told.resource ?? '', clock.monotonicMillis()) > 0) {
      meters.limitHit('signalSpansPerSecond');
      return undefined;
    }
    const audience = registry().resources.get(told.resource ?? '')?.audience;
    const named = { ...told, resource: audience, session: toldSession(rooms, session) };
    return causes.signal(named, cause, clock.now());
  };
}

function toldSession(
  { store }: Pick<RoomsOfTelling, 'store'>,
  id: SessionId | undefined,
): ToldSession | undefined {
  const path = id === undefined ? [] : store.path(id);
  const [root, own] = [path[0], path.at(-1)];
  if (root === undefined || own === undefined) return undefined;
  return { id: own.id, parent: own.parent, root: root.id, workload: own.name };
}

/** An end is what every session comes to; a cut is not. */
function tellCutLine(
  logger: TellLogger,
  { handle, reason, author, revision, sessionsEnded, session }: CutTold,
  requestId: string,
  ids: TraceFields,
): void {
  const fields = { requestId, handle, reason, author, revision, sessionsEnded, session, ...ids };
  if (reason === 'end') logger.debug(fields, 'session ended');
  else logger.info(fields, 'cut');
}

/** The evidence that weighs most speaks for the decision. */
function happeningOf(session: LiveSession, decision: Decision): SignalHappening {
  const strongest = strongestFirst(termsBehind(session, decision))[0];
  const [signal, evidence] = [strongest?.kind ?? 'watch', strongest?.words ?? ''];
  const { done, because, risk } = decision;
  const response = because === undefined ? done : `${done}, ${because}`;
  return { kind: 'signal', signal, risk, evidence, response };
}

/** Ids, words and figures. */
function decisionFields(session: LiveSession, decision: Decision): LogFields {
  const { level, done, risk, because } = decision;
  const strongest = strongestFirst(termsBehind(session, decision))[0];
  return {
    session: session.id,
    workload: session.workload,
    riskLevel: level,
    done,
    risk: rounded(risk),
    because,
    words: strongest?.words,
  };
}

function rounded(risk: number): number {
  return Number(risk.toFixed(3));
}
