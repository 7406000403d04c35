/** Name of the broker's tracer (OpenTelemetry, instrumentation scope). */
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
} as const;
