import {
  type Attributes,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { CutTold } from '../domain/cut-told.js';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { cutAttributes, type ToldSession } from './cause-spans.js';
import { attribute, brokerTracer, spanName } from './names.js';
import { SessionTraces } from './session-traces.js';

/** When a call arrived, and the span that its caller says it belongs to. */
export interface Arrival {
  readonly at: Instant;
  readonly callersSpan: SpanContext | undefined;
}

/** A call that has been answered. */
export interface AnsweredCall {
  /** `/package.Service/Method`. */
  readonly method: string;
  readonly requestId: string;
  /** The session that called, by id and name, once that was proved. */
  readonly session: { readonly id: string; readonly name: string } | undefined;
  /** Whether the caller has proved who he is; whoever opens a session has once his evidence was good. */
  readonly isProved: boolean;
  /** `ok`, or the reason. */
  readonly outcome: string;
}

/** Reads a header by its name; the first value of each. */
export type HeaderOf = (name: string) => string | undefined;

/** A cut that a call has made. */
export interface CutOfCall {
  readonly told: CutTold;
  readonly session: ToldSession | undefined;
  readonly at: Instant;
  /** Called with the ids of its span, once it is made. */
  readonly onMade: (span: SpanContext) => void;
}

/** Whether a fault of ours made the span an error: refusals are answers. */
const faults: ReadonlySet<string> = new Set(['internal']);

/**
 * Spans of calls, made when the call is answered: who called is known only then. The trace of a caller who
 * has proved who he is goes on; what a stranger says of his trace is a link and no more (W3C Trace Context
 * §7, privacy and denial of service). Never a token, proof, scope or name that the caller made up.
 */
export class CallSpans {
  /** The traces that sessions have used. */
  readonly traces: SessionTraces = new SessionTraces();
  readonly #tracer: Tracer = trace.getTracer(brokerTracer);
  /** By the request id of a call that has not been answered. */
  readonly #cuts = new Map<string, CutOfCall>();

  /** Notes that a call has arrived. */
  arrived(at: Instant, header: HeaderOf): Arrival {
    const above = propagation.extract(ROOT_CONTEXT, header, headerGetter);
    return { at, callersSpan: trace.getSpanContext(above) };
  }

  /**
   * Takes a cut that a call has made; its span is made below that of the call, once it is answered. What a
   * call does that was answered before, at its deadline, has a trace of its own, and so has the oldest that
   * waits when `limits.cutSpansWaiting` do.
   */
  cutIn(requestId: string, cut: CutOfCall): void {
    this.#cuts.set(requestId, cut);
    if (this.#cuts.size <= limits.cutSpansWaiting) return;
    for (const oldest of this.#cuts.keys()) {
      this.#cutsOf(oldest, ROOT_CONTEXT);
      return;
    }
  }

  /** Makes the span of a call that was answered; gives its ids, for the log line. */
  answered(arrival: Arrival, call: AnsweredCall, at: Instant): SpanContext {
    const { callersSpan } = arrival;
    const { isProved, session } = call;
    const links = callersSpan !== undefined && !isProved ? [{ context: idsOf(callersSpan) }] : [];
    const above = isProved ? aboveOf(callersSpan) : ROOT_CONTEXT;
    const options = {
      kind: SpanKind.SERVER,
      startTime: arrival.at / 1_000,
      attributes: attributesOf(call),
      links,
    };
    const span = this.#tracer.startSpan(call.method.slice(1), options, above);
    if (faults.has(call.outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
    const own = span.spanContext();
    this.#cutsOf(call.requestId, trace.setSpanContext(ROOT_CONTEXT, own));
    span.end(at / 1_000);
    if (session !== undefined && callersSpan !== undefined) this.traces.note(session.id, own);
    return own;
  }

  #cutsOf(requestId: string, above: Context): void {
    const cut = this.#cuts.get(requestId);
    if (cut === undefined) return;
    this.#cuts.delete(requestId);
    const attributes = cutAttributes(cut.told, cut.session, requestId);
    const options = { kind: SpanKind.INTERNAL, startTime: cut.at / 1_000, attributes };
    const span = this.#tracer.startSpan(spanName.cut, options, above);
    span.end(cut.at / 1_000);
    cut.onMade(span.spanContext());
  }
}

const headerGetter: TextMapGetter<HeaderOf> = {
  get: (header, name) => header(name),
  keys: () => [],
};

/** By its ids alone: what else a stranger writes into the state of a trace goes no further. */
function idsOf({ traceId, spanId, traceFlags, isRemote = false }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags, isRemote };
}

function aboveOf(callersSpan: SpanContext | undefined): Context {
  return callersSpan === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, callersSpan);
}

function attributesOf({ method, requestId, session, outcome }: AnsweredCall): Attributes {
  return {
    [attribute.rpcSystem]: 'grpc',
    [attribute.rpcMethod]: method.slice(1),
    [attribute.requestId]: requestId,
    [attribute.outcome]: outcome,
    ...(session && { [attribute.session]: session.id, [attribute.workload]: session.name }),
  };
}
