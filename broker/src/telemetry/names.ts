/** Every name that the broker's spans carry, in one place; agents and verifiers use the same words. */

/** Name of the broker's tracer (OpenTelemetry, instrumentation scope). */
export const brokerTracer = '@creance/broker';

/** Spans of the broker that are no calls; a call's is `creance.v1.Service/Method`. */
export const spanName = {
  signal: 'creance.signal',
  cut: 'creance.cut',
} as const;

/** Attributes of the broker's spans. Those that agents and verifiers set too have the same words there. */
export const attribute = {
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  requestId: 'creance.request.id',
  outcome: 'creance.outcome',
  session: 'creance.session',
  parent: 'creance.parent',
  root: 'creance.root',
  workload: 'creance.workload',
  resource: 'creance.resource',
  revision: 'creance.revision',
  signalKind: 'creance.signal.kind',
  risk: 'creance.risk',
  response: 'creance.response',
  cutHandle: 'creance.cut.handle',
  cutReason: 'creance.cut.reason',
  cutAuthor: 'creance.cut.author',
  sessionsEnded: 'creance.cut.sessions_ended',
} as const;
