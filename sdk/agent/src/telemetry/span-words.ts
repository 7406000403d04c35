import { convention, creance, genAi, genAiOperation, spanName } from './names.js';

/** What the SDK's attributes say, for the reference page. One without a row does not compile. */
export const attributeWords: Readonly<
  Record<
    | (typeof creance)[keyof typeof creance]
    | (typeof convention)[keyof typeof convention]
    | (typeof genAi)[keyof typeof genAi],
    string
  >
> = {
  'creance.session': 'the session that acts or asks',
  'creance.parent': 'the session that delegated it, where this process knows',
  'creance.root': 'the session at the top of its tree, where this process knows',
  'creance.child': 'the child that a delegation has opened',
  'creance.child.workload': 'whom a child join token is for',
  'creance.workload': 'its registered name',
  'creance.resource': 'audience of the resource',
  'creance.action': 'name of the action, as it is reported',
  'creance.action.id': 'its id, the same in both reports and both spans',
  'creance.outcome': '`allowed` or `refused`',
  'http.request.method': 'a known method, else `_OTHER`',
  'http.response.status_code': 'the status of the answer',
  'rpc.system.name': '`grpc`',
  'rpc.method': '`package.Service/Method`',
  'rpc.status_code': 'the status of the call',
  'server.address': 'host of the resource',
  'server.port': 'its port',
  'error.type': 'the code of a refusal, or the class of an error; never its message',
  'gen_ai.operation.name': '`invoke_agent` or `execute_tool`',
  'gen_ai.agent.id': 'the workload',
  'gen_ai.agent.name': 'the workload',
  'gen_ai.conversation.id': 'the session',
  'gen_ai.tool.name': 'the name that the application gave',
};

/** A span of the reference page. */
export interface SpanWords {
  readonly kind: 'CLIENT' | 'INTERNAL';
  readonly words: string;
  readonly attributes: readonly string[];
}

const ofSession = [creance.session, creance.parent, creance.root, creance.workload];
const ofAction = [...ofSession, creance.resource, creance.action, creance.actionId];
const ofServer = [convention.serverAddress, convention.serverPort];
const ofAgent = [genAi.operation, genAi.agentId, genAi.agentName, genAi.conversation];
const { errorType } = convention;

/** The SDK's spans, for the reference page. */
export const spanWords: Readonly<Record<string, SpanWords>> = {
  [spanName.open]: {
    kind: 'CLIENT',
    words: 'the opening of a session',
    attributes: [creance.session, creance.workload, errorType],
  },
  [spanName.issue]: {
    kind: 'CLIENT',
    words: 'a token that was not there, over the stream or not',
    attributes: [...ofSession, creance.resource, errorType],
  },
  [spanName.delegate]: {
    kind: 'CLIENT',
    words: 'a child in this process, or a child join token for another',
    attributes: [...ofSession, creance.child, creance.childWorkload, errorType],
  },
  'ACTION or HTTP method': {
    kind: 'CLIENT',
    words: '`session.fetch`, until the answer has begun; `session.record`, without length',
    attributes: [
      ...ofAction,
      creance.outcome,
      convention.httpMethod,
      convention.httpStatus,
      ...ofServer,
      errorType,
    ],
  },
  'package.Service/Method': {
    kind: 'CLIENT',
    words: 'a call through `creanceInterceptor`, until its end',
    attributes: [
      ...ofAction,
      creance.outcome,
      convention.rpcSystem,
      convention.rpcMethod,
      convention.rpcStatus,
      ...ofServer,
      errorType,
    ],
  },
  [`${genAiOperation.invokeAgent} WORKLOAD`]: {
    kind: 'INTERNAL',
    words: 'a session, for as long as it lives; behind the opt-in',
    attributes: [...ofSession, ...ofAgent, errorType],
  },
  [`${genAiOperation.executeTool} NAME`]: {
    kind: 'INTERNAL',
    words: '`session.tool`; behind the opt-in',
    attributes: [...ofSession, ...ofAgent, genAi.tool, errorType],
  },
};
