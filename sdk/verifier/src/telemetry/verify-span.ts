import { parseHandle, type Revision } from '@creance/proto';
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
import { callerOf, placeOfAllowed, placeOfRefused } from './caller.js';
import { creance, spanName, tracerName } from './names.js';
import { referenceOf, type SpanReference } from './reference.js';
import { isTraced } from './tracing.js';

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
  readonly revision: Revision;
}

/** Notes the beginning; undefined, and at no cost worth naming, when nobody traces. */
export function beginVerify(clock: Clock): VerifyBegun | undefined {
  if (!isTraced()) return undefined;
  const [startMillis, beganMillis] = [clock.now(), clock.monotonicMillis()];
  return { active: context.active(), startMillis, beganMillis };
}

/**
 * Makes the span of a verification when it is over, since only then it is known where it belongs: the word
 * of a request that is refused is linked to, and not trusted.
 */
export function verifySpan(
  { active, startMillis, beganMillis }: VerifyBegun,
  verification: Verification,
  judged: Judged,
  clock: Clock,
): SpanReference | undefined {
  const caller = callerOf(verification.call);
  const place = judged.verdict.ok ? placeOfAllowed : placeOfRefused;
  const { above, root, links } = place(active, caller);
  const attributes = attributesOf(verification, judged);
  const startTime = hrTimeOf(startMillis);
  const options = { kind: SpanKind.INTERNAL, startTime, attributes, root, links };
  const span = trace.getTracer(tracerName).startSpan(spanName, options, above);
  span.end(hrTimeOf(startMillis + clock.monotonicMillis() - beganMillis));
  return referenceOf(span, above);
}

function attributesOf(
  { call, action, resource, revision }: Verification,
  { verdict, token, isOurs, proof }: Judged,
): Attributes {
  // As in the report: whoever has the session's key may name its actions, and nobody else.
  const actionId = proof === undefined ? undefined : parseHandle(call.actionId ?? '');
  return {
    [creance.action]: printable(action.slice(0, actionCharsMax)),
    [creance.outcome]: verdict.ok ? 'allowed' : 'refused',
    [creance.revision]: revision,
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
