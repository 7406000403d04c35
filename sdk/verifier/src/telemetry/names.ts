/** Every name that the verifier's spans carry, in one place; the agent's spans use the same words. */

/** Name of the tracer (OpenTelemetry, instrumentation scope). */
export const tracerName = '@creance/verifier';

/** Its spans. */
export const spanName = {
  /** One verification. */
  verify: 'creance.verify',
  /** A frame of the feed that has brought cuts. */
  apply: 'creance.view.apply',
} as const;

/** Its attributes. */
export const creance = {
  /** The session of a genuine token made out to this resource. */
  session: 'creance.session',
  /** Audience of the resource. */
  resource: 'creance.resource',
  /** Name of the action, as it is reported. */
  action: 'creance.action',
  /** Its id, as whoever has the session's key has named it. */
  actionId: 'creance.action.id',
  /** `allowed` or `refused`. */
  outcome: 'creance.outcome',
  /** The reason of a refusal. */
  refusal: 'creance.refusal',
  /** Of a token that was cut the row that did it; else where the view of the log stood. */
  revision: 'creance.revision',
  /** Cuts of one frame. */
  cuts: 'creance.view.cuts',
} as const;

/** Headers by which a request names its trace (W3C Trace Context). */
export const traceHeaders = { parent: 'traceparent', state: 'tracestate' } as const;
