import { parseHandle } from '@creance/proto';
import {
  type Attributes,
  type Context,
  context,
  type HrTime,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import type { Call } from '../call.js';
import type { Judged } from '../judge.js';
import { actionCharsMax } from '../limits.js';
import { printable } from '../reports/printable.js';
import type { Clock } from '../runtime/clock.js';
import type { View, ViewChange } from '../view.js';
import { callerOf, type Place, placeOfAllowed, placeOfRefused } from './caller.js';
import { creance, spanName, tracerName } from './names.js';
import { referenceOf, type SpanReference } from './reference.js';
import { isTraced } from './tracing.js';
import { UsedTraces } from './used-traces.js';

/** When and where a verification began. */
export interface VerifyBegun {
  readonly active: Context;
  readonly startMillis: number;
  readonly beganMillis: number;
}

/** What its span tells beside the verdict. */
export interface Verification {
  readonly call: Call;
  readonly action: string;
  /** Audience of the resource; undefined before the first settings. */
  readonly resource: string | undefined;
}

/** Refusals of a genuine request that tell nothing of who has sent it: its proof may have been caught. */
const unproved: ReadonlySet<string> = new Set(['proof_replayed', 'nonce_required']);

/** Makes the spans of one verifier. */
export class VerifySpans {
  readonly #view: View;
  readonly #clock: Clock;
  readonly #used = new UsedTraces();

  constructor(view: View, clock: Clock) {
    this.#view = view;
    this.#clock = clock;
  }

  /** Notes the beginning; undefined, and at no cost worth naming, when nobody traces. */
  begin(): VerifyBegun | undefined {
    if (!isTraced()) return undefined;
    const [startMillis, beganMillis] = [this.#clock.now(), this.#clock.monotonicMillis()];
    return { active: context.active(), startMillis, beganMillis };
  }

  /**
   * Makes the span of a verification when it is over, since only then it is known where it belongs: the word
   * of a request that is refused is linked to, and not trusted.
   */
  verified(
    { active, startMillis, beganMillis }: VerifyBegun,
    verification: Verification,
    judged: Judged,
  ): SpanReference | undefined {
    const { above, root, links } = this.#placeOf(active, verification.call, judged);
    const attributes = { ...attributesOf(verification, judged), ...this.#revisionOf(judged) };
    const startTime = hrTimeOf(startMillis);
    const options = { kind: SpanKind.INTERNAL, startTime, attributes, root, links };
    const span = trace.getTracer(tracerName).startSpan(spanName.verify, options, above);
    span.end(hrTimeOf(startMillis + this.#clock.monotonicMillis() - beganMillis));
    return referenceOf(span, above);
  }

  /** Makes the span, without length, of a frame that has brought cuts. */
  applied(change: ViewChange, resource: string | undefined): void {
    if (change.kind !== 'added' || !isTraced()) return;
    const cuts = change.entries.filter(({ kind }) => kind !== 'token-key').length;
    if (cuts === 0) return;
    const attributes = {
      [creance.revision]: this.#view.revision,
      [creance.cuts]: cuts,
      ...(resource !== undefined && { [creance.resource]: resource }),
    };
    const startTime = hrTimeOf(this.#clock.now());
    const options = { kind: SpanKind.INTERNAL, startTime, attributes, root: true };
    trace.getTracer(tracerName).startSpan(spanName.apply, options).end(startTime);
  }

  /** A refused request is in its caller's trace only where its own session was let through in that before. */
  #placeOf(active: Context, call: Call, { verdict, token, proof }: Judged): Place {
    const caller = callerOf(call);
    const session = token?.claims.sessionId;
    if (verdict.ok) {
      if (session !== undefined && caller !== undefined) this.#used.note(session, caller.traceId);
      return placeOfAllowed(active, caller);
    }
    const isProved = proof !== undefined && !unproved.has(verdict.error.reason);
    const isUsed = caller && session && this.#used.has(session, caller.traceId);
    return (isProved && isUsed ? placeOfAllowed : placeOfRefused)(active, caller);
  }

  /** The row that has refused it, by which the cut is found; else where the view stood. */
  #revisionOf({ verdict, token }: Judged): Attributes {
    const isCut = !verdict.ok && verdict.error.reason === 'token_cut' && token !== undefined;
    const row = isCut ? this.#view.cutOf(token.handles, token.claims.revision) : undefined;
    return { [creance.revision]: row ?? this.#view.revision };
  }
}

function attributesOf(
  { call, action, resource }: Verification,
  { verdict, token, isOurs, proof }: Judged,
): Attributes {
  // As in the report: whoever has the session's key may name its actions, and nobody else.
  const actionId = proof === undefined ? undefined : parseHandle(call.actionId ?? '');
  return {
    [creance.action]: printable(action.slice(0, actionCharsMax)),
    [creance.outcome]: verdict.ok ? 'allowed' : 'refused',
    ...(resource !== undefined && { [creance.resource]: resource }),
    ...(isOurs && token !== undefined && { [creance.session]: token.claims.sessionId }),
    ...(actionId !== undefined && { [creance.actionId]: actionId }),
    ...(!verdict.ok && { [creance.refusal]: verdict.error.reason }),
  };
}

/** Seconds and nanoseconds, which nobody takes for anything but Unix time. */
function hrTimeOf(millis: number): HrTime {
  const seconds = Math.floor(millis / 1_000);
  return [seconds, Math.floor((millis - seconds * 1_000) * 1_000_000)];
}
