import { attribute, spanName } from './names.js';

/** What the broker's attributes say, for the reference page. One without a row does not compile. */
export const attributeWords: Readonly<Record<(typeof attribute)[keyof typeof attribute], string>> =
  {
    'rpc.system.name': '`grpc`',
    'rpc.method': '`creance.v1.Service/Method`',
    'creance.request.id': 'as the caller, the log line and the audit record have it',
    'creance.outcome': '`ok`, or the reason of the refusal',
    'creance.session': 'the session that calls, or that is spoken of',
    'creance.parent': 'the session above it, if there is one',
    'creance.root': 'the session at the top of its tree',
    'creance.workload': 'its registered name',
    'creance.resource': 'audience of the resource whose verifier reported',
    'creance.revision': 'the row of the revocation log that did it',
    'creance.signal.kind': 'what the witness says, the fact that was proved, or `risk`',
    'creance.risk': 'between 0 and 1, of a signal by the watch',
    'creance.response': 'what was done about it',
    'creance.cut.handle': 'what was cut: `session`, `workload`, `owner`, `before`, `token_keys` …',
    'creance.cut.reason': '`operator`, `theft`, `risk`, `end`, `manifest` or `key_compromised`',
    'creance.cut.author': '`operator`, `session` or `broker`; who it was is in the audit alone',
    'creance.cut.sessions_ended': 'live sessions that it ended or holds',
  };

/** A span of the reference page. */
export interface SpanWords {
  readonly kind: 'SERVER' | 'INTERNAL' | 'CLIENT';
  readonly words: string;
  readonly attributes: readonly string[];
}

const { rpcSystem, rpcMethod, requestId, outcome, session, parent, root, workload } = attribute;
const { resource, revision, signalKind, risk, response } = attribute;
const { cutHandle, cutReason, cutAuthor, sessionsEnded } = attribute;

/** The broker's spans, for the reference page. */
export const spanWords: Readonly<Record<string, SpanWords>> = {
  'creance.v1.Service/Method': {
    kind: 'SERVER',
    words: 'a call, or one message of a session stream',
    attributes: [rpcSystem, rpcMethod, requestId, outcome, session, workload],
  },
  [spanName.signal]: {
    kind: 'INTERNAL',
    words: 'what a witness says, what was proved, or what the watch decided',
    attributes: [signalKind, session, parent, root, workload, resource, risk, response],
  },
  [spanName.cut]: {
    kind: 'INTERNAL',
    words: 'a row of the revocation log: by an operator, a session, a proved theft, the watch',
    attributes: [
      cutHandle,
      cutReason,
      cutAuthor,
      revision,
      sessionsEnded,
      session,
      parent,
      root,
      workload,
      requestId,
    ],
  },
};
