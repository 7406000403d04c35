import {
  nameCharsMax,
  ok,
  parseThumbprint,
  type Result,
  type Revision,
  type Thumbprint,
} from '@creance/proto';
import {
  CreateChildJoinTokenRequest,
  CreateChildJoinTokenResponse,
  DelegateSessionRequest,
  DelegateSessionResponse,
  RekeySessionRequest,
  RekeySessionResponse,
} from '@creance/proto/wire';
import type { ChildJoinTokenAnswer } from '../commands/create-child-join-token.js';
import type { RekeyAsk } from '../commands/rekey-session.js';
import type { TaskAsk } from '../commands/task-ask.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { Session } from '../domain/session.js';
import { malformed, thumbprintFault, wireHandle, wireSeconds } from './convert.js';
import { evidenceOf } from './convert-open.js';
import { taskOf } from './convert-task.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** What a child in the same process is opened with. */
export interface DelegateAsk {
  readonly key: Thumbprint;
  readonly task: TaskAsk | undefined;
}

/** Reads a DelegateSessionRequest. */
export function readDelegateSession(bytes: Uint8Array): Result<DelegateAsk, Denial> {
  const decoded = decodeMessage(DelegateSessionRequest, bytes);
  if (!decoded.ok) return decoded;
  const key = parseThumbprint(decoded.value.keyThumbprint);
  if (key === undefined) return malformed('key_thumbprint', thumbprintFault);
  const task = taskOf(decoded.value.task);
  return task.ok ? ok({ key, task: task.value }) : task;
}

/** Writes a DelegateSessionResponse. */
export function writeDelegateSession({ id, name, absoluteEndAt }: Session): Buffer {
  return encodeMessage(DelegateSessionResponse, {
    sessionId: wireHandle(id),
    name,
    absoluteEndUnixSeconds: wireSeconds(absoluteEndAt),
    idleSeconds: limits.sessionIdleSeconds,
  });
}

/** Who may become a child on another host, and for what. */
export interface ChildTokenAsk {
  readonly workload: string;
  readonly task: TaskAsk | undefined;
}

/** Reads a CreateChildJoinTokenRequest. */
export function readCreateChildJoinToken(bytes: Uint8Array): Result<ChildTokenAsk, Denial> {
  const decoded = decodeMessage(CreateChildJoinTokenRequest, bytes);
  if (!decoded.ok) return decoded;
  const { workload } = decoded.value;
  if (workload === '' || workload.length > nameCharsMax)
    return malformed('workload', `must be 1 to ${nameCharsMax} characters`);
  const task = taskOf(decoded.value.task);
  return task.ok ? ok({ workload, task: task.value }) : task;
}

/** Writes a CreateChildJoinTokenResponse. */
export function writeCreateChildJoinToken(answer: ChildJoinTokenAnswer): Buffer {
  const { childJoinToken, expiresAt } = answer;
  const expiresUnixSeconds = wireSeconds(expiresAt);
  return encodeMessage(CreateChildJoinTokenResponse, { childJoinToken, expiresUnixSeconds });
}

/** Reads a RekeySessionRequest. */
export function readRekeySession(bytes: Uint8Array): Result<RekeyAsk, Denial> {
  const decoded = decodeMessage(RekeySessionRequest, bytes);
  if (!decoded.ok) return decoded;
  const key = parseThumbprint(decoded.value.keyThumbprint);
  if (key === undefined) return malformed('key_thumbprint', thumbprintFault);
  const evidence = evidenceOf(decoded.value.evidence);
  return evidence.ok ? ok({ key, evidence: evidence.value }) : evidence;
}

/** Writes a RekeySessionResponse. */
export function writeRekeySession(revision: Revision): Buffer {
  return encodeMessage(RekeySessionResponse, { revision: BigInt(revision) });
}
