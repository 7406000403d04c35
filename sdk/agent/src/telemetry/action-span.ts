import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { ActionOutcome } from '../actions/action.js';
import { failed, tracer } from './around.js';
import { type Carrier, carry } from './carry.js';
import { convention, creance } from './names.js';
import { referenceOf, type SpanReference } from './reference.js';
import type { SessionTrace } from './session-trace.js';

/** What a span of an action begins with. */
export interface ActionBegun {
  readonly span: string;
  readonly action: string;
  readonly audience: string;
  /** What the way of sending adds. */
  readonly attributes: Attributes;
}

/**
 * The span of one action: from before its token is asked for until its resource has answered. What it
 * tells is what the report tells, under the same id; never a path, a query, a header or a body.
 */
export class ActionSpan {
  readonly #span: Span;
  readonly #above: Context;
  readonly #within: Context;

  constructor(session: SessionTrace, { span, action, audience, attributes }: ActionBegun) {
    this.#above = session.above;
    const named = { [creance.resource]: audience, [creance.action]: action };
    const all = { ...session.attributes, ...named, ...attributes };
    const options = { kind: SpanKind.CLIENT, attributes: all };
    this.#span = tracer().startSpan(span, options, this.#above);
    this.#within = trace.setSpan(this.#above, this.#span);
  }

  /** For the report; undefined when nobody traces. */
  get reference(): SpanReference | undefined {
    return referenceOf(this.#span, this.#above);
  }

  /** Runs work below it. */
  run<T>(work: () => T): T {
    return context.with(this.#within, work);
  }

  /** Lets a sending carry it. */
  carryBy(carrier: Carrier): void {
    carry(this.#within, carrier);
  }

  /** A sending has this id; that of the last one stays. */
  sentAs(actionId: string): void {
    this.#span.setAttribute(creance.actionId, actionId);
  }

  /** What the report tells too. */
  came(outcome: ActionOutcome): void {
    this.#span.setAttribute(creance.outcome, outcome);
  }

  /** It was answered, with an error of this type if it was one. */
  answered(attributes: Attributes, errorType: string | undefined): void {
    this.#span.setAttributes(attributes);
    if (errorType !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
      this.#span.setAttribute(convention.errorType, errorType);
    }
    this.#span.end();
  }

  /** It was not sent, or not answered. */
  failed(error: unknown): void {
    failed(this.#span, error);
    this.#span.end();
  }
}
