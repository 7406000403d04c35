import { sessionIdFromBytes } from '@creance/proto';
import {
  DelegateSessionRequest,
  DelegateSessionResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import { decodeReply, secondsOf } from '../broker/read.js';
import { replyMalformed } from '../errors/local.js';
import { creance, spanName } from '../telemetry/names.js';
import type { LineAsk } from './line-ask.js';
import type { OpenedSession } from './open.js';
import { type Task, wireTaskOf } from './task.js';
import type { Voice } from './voice.js';

/** How a child differs from its parent. */
export interface DelegateOptions {
  /** What the child is for; it can then ask for nothing else. */
  readonly task?: Task | undefined;
}

/**
 * Asks for a child of the session that speaks, bound to the key of `child`. May be asked twice: the same
 * key gets the same child.
 */
export function delegateAsk(options: DelegateOptions, child: Voice): LineAsk<OpenedSession> {
  const task = wireTaskOf(options.task);
  const request = DelegateSessionRequest.encode({ keyThumbprint: child.thumbprint, task }).finish();
  return {
    path: SessionServiceService.delegateSession.path,
    request: () => request,
    digest: true,
    newKey: child.proofs,
    span: {
      name: spanName.delegate,
      attributes: {},
      told: ({ id }) => ({ [creance.child]: id }),
    },
    read: (bytes) => {
      const response = decodeReply(DelegateSessionResponse, bytes);
      const id = sessionIdFromBytes(response.sessionId);
      const { name, idleSeconds } = response;
      if (id === undefined || name === '' || idleSeconds === 0) throw replyMalformed();
      const absoluteEndSeconds = secondsOf(response.absoluteEndUnixSeconds);
      return {
        id,
        kind: 'workload',
        name,
        absoluteEndSeconds,
        idleSeconds,
        roles: [],
        voice: child,
      };
    },
  };
}
