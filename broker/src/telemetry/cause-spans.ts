import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { SpanReference } from '../domain/action.js';
import type { CutTold } from '../domain/cut-told.js';
import type { Instant } from '../domain/instant.js';
import { attribute, brokerTracer, spanName } from './names.js';
import type { SessionTraces } from './session-traces.js';

/** A session, as spans name it. */
export interface ToldSession {
  readonly id: string;
  readonly parent: string | undefined;
  readonly root: string;
  readonly workload: string;
}

/** What a signal's span tells. */
export interface SignalTold {
  /** Bounded: a kind of signal or of fact, or `risk`. */
  readonly kind: string;
  readonly session: ToldSession | undefined;
  readonly resource: string | undefined;
  readonly risk?: number | undefined;
  /** What was done; undefined when it is only counted or weighed. */
  readonly response?: string | undefined;
  /**
   * Whether the broker itself has proved or decided it, and has not only been told: then it is part of
   * the session's own trace, whatever trace the report names.
   */
  readonly isOwn: boolean;
}

/** Where a span hangs, and what it is linked to. */
interface Place {
  readonly above: Context;
  readonly links: { context: SpanContext }[];
}

/**
 * Spans of signals and of the cuts that they cause. A report names a span; that is the word of its
 * reporter, and of whoever has sent the request that it verified. So a signal joins a trace only when the
 * session that it speaks of has itself used that trace with the broker, in a call that it has proved;
 * otherwise it is linked to the reported span, by ids alone.
 */
export class CauseSpans {
  readonly #tracer: Tracer = trace.getTracer(brokerTracer);
  readonly #traces: SessionTraces;

  constructor(traces: SessionTraces) {
    this.#traces = traces;
  }

  /** Makes the span of a signal, without length; gives its ids. */
  signal(told: SignalTold, cause: SpanReference | undefined, at: Instant): SpanContext {
    const { above, links } = this.#placeOf(told, cause);
    const attributes = signalAttributes(told);
    return this.#make(spanName.signal, attributes, { above, links }, at);
  }

  /** Makes the span of what a signal has led to, below it. */
  cutBelow(
    signal: SpanContext,
    told: CutTold,
    session: ToldSession | undefined,
    at: Instant,
  ): SpanContext {
    const above = trace.setSpanContext(ROOT_CONTEXT, signal);
    return this.#make(
      spanName.cut,
      cutAttributes(told, session, undefined),
      { above, links: [] },
      at,
    );
  }

  #placeOf({ session, isOwn }: SignalTold, cause: SpanReference | undefined): Place {
    const used = session && cause && this.#traces.usedBy(session.id, cause.traceId);
    if (used !== undefined && cause !== undefined) {
      // Sampled as the session's own call was: the report's word decides for nothing that is kept.
      const context = { ...remote(cause), traceFlags: used.traceFlags };
      return { above: trace.setSpanContext(ROOT_CONTEXT, context), links: [] };
    }
    const links = cause === undefined ? [] : [{ context: remote(cause) }];
    const last = isOwn && session !== undefined ? this.#traces.lastOf(session.id) : undefined;
    const above = last === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, last);
    return { above, links };
  }

  #make(name: string, attributes: Attributes, { above, links }: Place, at: Instant): SpanContext {
    const options = { kind: SpanKind.INTERNAL, startTime: at / 1_000, attributes, links };
    const span = this.#tracer.startSpan(name, options, above);
    span.end(at / 1_000);
    return span.spanContext();
  }
}

/** The attributes of a cut's span. */
export function cutAttributes(
  { handle, reason, author, revision, sessionsEnded, session: id }: CutTold,
  session: ToldSession | undefined,
  requestId: string | undefined,
): Attributes {
  return {
    [attribute.cutHandle]: handle,
    [attribute.cutReason]: reason,
    [attribute.cutAuthor]: author,
    ...(revision !== undefined && { [attribute.revision]: revision }),
    ...(sessionsEnded !== undefined && { [attribute.sessionsEnded]: sessionsEnded }),
    ...(requestId !== undefined && { [attribute.requestId]: requestId }),
    ...(session === undefined
      ? id !== undefined && { [attribute.session]: id }
      : sessionAttributes(session)),
  };
}

function signalAttributes({ kind, session, resource, risk, response }: SignalTold): Attributes {
  return {
    [attribute.signalKind]: kind,
    ...(session !== undefined && sessionAttributes(session)),
    ...(resource !== undefined && { [attribute.resource]: resource }),
    ...(risk !== undefined && { [attribute.risk]: risk }),
    ...(response !== undefined && { [attribute.response]: response }),
  };
}

function sessionAttributes({ id, parent, root, workload }: ToldSession): Attributes {
  return {
    [attribute.session]: id,
    [attribute.root]: root,
    [attribute.workload]: workload,
    ...(parent !== undefined && { [attribute.parent]: parent }),
  };
}

/** Reported spans say nothing of sampling; a link decides nothing. */
function remote({ traceId, spanId }: SpanReference): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true };
}
