/** Name of the broker's tracer and meter (OpenTelemetry, instrumentation scope). */
export const brokerTracer = '@creance/broker';

/** Attributes of the broker's spans. Those that agents and verifiers set too have the same words there. */
export const attribute = {
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  /** As the caller, the log line and the audit record have it. */
  requestId: 'creance.request.id',
  /** `ok`, or the reason. */
  outcome: 'creance.outcome',
  session: 'creance.session',
  workload: 'creance.workload',
  resource: 'creance.resource',
  action: 'creance.action',
  /** What the watch decided: a level, and what was done about it. */
  level: 'creance.level',
  done: 'creance.done',
  /** From 0 to 1. */
  risk: 'creance.risk',
  /** The evidence in one sentence. */
  evidence: 'creance.evidence',
  /** Position in the log. */
  revision: 'creance.revision',
} as const;
