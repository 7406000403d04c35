/** Every name that the verifier's spans carry, in one place; the agent's spans use the same words. */

/** Name of the tracer (OpenTelemetry, instrumentation scope). */
export const tracerName = '@creance/verifier';

/** The span of one verification. */
export const spanName = 'creance.verify';

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
  /** Where the view of the revocation log stood. */
  revision: 'creance.revision',
} as const;

/** Headers by which a request names its trace (W3C Trace Context). */
export const traceHeaders = { parent: 'traceparent', state: 'tracestate' } as const;
