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
import type { Instant } from '../domain/instant.js';
import { attribute, brokerTracer } from './names.js';

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
  /** `ok`, or the reason. */
  readonly outcome: string;
}

/** Reads a header by its name; the first value of each. */
export type HeaderOf = (name: string) => string | undefined;

/** Whether a fault of ours made the span an error: refusals are answers. */
const faults: ReadonlySet<string> = new Set(['internal']);

/**
 * Spans of calls, made when the call is answered: who called is known only then. The trace of a caller who
 * has proved who he is goes on; what a stranger says of his trace is a link and no more (W3C Trace Context
 * §7, privacy and denial of service). Never a token, proof, scope or name that the caller made up.
 */
export class CallSpans {
  readonly #tracer: Tracer = trace.getTracer(brokerTracer);

  /** Notes that a call has arrived. */
  arrived(at: Instant, header: HeaderOf): Arrival {
    const above = propagation.extract(ROOT_CONTEXT, header, headerGetter);
    return { at, callersSpan: trace.getSpanContext(above) };
  }

  /** Makes the span of a call that was answered; gives its trace id, for the log line. */
  answered(arrival: Arrival, call: AnsweredCall, at: Instant): string {
    const { callersSpan } = arrival;
    const isProved = call.session !== undefined;
    const links = callersSpan !== undefined && !isProved ? [{ context: callersSpan }] : [];
    const above = isProved ? aboveOf(callersSpan) : ROOT_CONTEXT;
    const options = {
      kind: SpanKind.SERVER,
      startTime: arrival.at / 1_000,
      attributes: attributesOf(call),
      links,
    };
    const span = this.#tracer.startSpan(call.method.slice(1), options, above);
    if (faults.has(call.outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(at / 1_000);
    return span.spanContext().traceId;
  }
}

const headerGetter: TextMapGetter<HeaderOf> = {
  get: (header, name) => header(name),
  keys: () => [],
};

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
