/** Every name that the SDK's spans carry, in one place: what dashboards and queries are built upon. */

/** Name of the tracer (OpenTelemetry, instrumentation scope). */
export const tracerName = '@creance/sdk';

/** Spans of calls to the broker. */
export const spanName = {
  open: 'creance.open',
  issue: 'creance.issue',
  delegate: 'creance.delegate',
} as const;

/** Attributes of our own; the verifier's spans use the same words. */
export const creance = {
  /** The session that acts or asks. */
  session: 'creance.session',
  /** The session that delegated it, where this process knows. */
  parent: 'creance.parent',
  /** The session at the top of its tree, where this process knows. */
  root: 'creance.root',
  /** The child that a delegation has opened. */
  child: 'creance.child',
  /** Registered name of the workload that a child join token is for. */
  childWorkload: 'creance.child.workload',
  /** Registered name of the workload. */
  workload: 'creance.workload',
  /** Audience of the resource. */
  resource: 'creance.resource',
  /** Name of the action, as it is reported. */
  action: 'creance.action',
  /** Its id: the same in the agent's report, in the verifier's, and in the verifier's span. */
  actionId: 'creance.action.id',
  /** `allowed` or `refused`. */
  outcome: 'creance.outcome',
} as const;

/** Stable conventions of OpenTelemetry (HTTP, RPC, server and error; semantic conventions 1.45). */
export const convention = {
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  rpcStatus: 'rpc.status_code',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  errorType: 'error.type',
} as const;

/** Conventions for generative AI, which are in development: only behind `genAiOptIn`. */
export const genAi = {
  operation: 'gen_ai.operation.name',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  conversation: 'gen_ai.conversation.id',
  tool: 'gen_ai.tool.name',
} as const;

/** Values of `gen_ai.operation.name`, with which the names of their spans begin. */
export const genAiOperation = { invokeAgent: 'invoke_agent', executeTool: 'execute_tool' } as const;

/** The environment variable, a list with commas, and the word in it that asks for these conventions. */
export const genAiOptIn = {
  variable: 'OTEL_SEMCONV_STABILITY_OPT_IN',
  word: 'gen_ai_latest_experimental',
} as const;
