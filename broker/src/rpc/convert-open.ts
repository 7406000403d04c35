import { assertionCharsMax, isJoinToken, ok, type Result, refuse } from '@creance/proto';
import {
  type Evidence as EvidenceMessage,
  OpenSessionRequest,
  OpenSessionResponse,
} from '@creance/proto/wire';
import type { Evidence } from '../attest/evidence.js';
import type { OpenedMember, OpenSessionAsk } from '../commands/open-session.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import { malformed, memberKindOf, wireHandle, wireKind, wireSeconds } from './convert.js';
import { taskOf } from './convert-task.js';
import { upstreamOf } from './convert-upstream.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads an OpenSessionRequest. */
export function readOpenSession(bytes: Uint8Array): Result<OpenSessionAsk, Denial> {
  const decoded = decodeMessage(OpenSessionRequest, bytes);
  if (!decoded.ok) return decoded;
  const evidence = evidenceOf(decoded.value.evidence);
  if (!evidence.ok) return evidence;
  if (evidence.value === undefined) return refuse({ reason: 'evidence_missing' });
  const { childJoinToken } = decoded.value;
  if (childJoinToken !== '' && !isJoinToken(childJoinToken))
    return malformed('child_join_token', 'must be 22 to 64 characters of base64url');
  const task = taskOf(decoded.value.task);
  if (!task.ok) return task;
  const declared = decoded.value.upstream;
  const upstream = declared === undefined ? ok(undefined) : upstreamOf(declared, 'upstream');
  if (!upstream.ok) return upstream;
  const { kind: asked } = decoded.value;
  const kind = asked === undefined ? undefined : memberKindOf(asked);
  if (asked !== undefined && kind === undefined)
    return malformed('kind', 'must be workload, verifier or operator');
  return ok({
    kind,
    evidence: evidence.value,
    childJoinToken: childJoinToken || undefined,
    task: task.value,
    upstream: upstream.value,
  });
}

/** Reads evidence; undefined where none, or none of a kind, was presented. */
export function evidenceOf(
  evidence: EvidenceMessage | undefined,
): Result<Evidence | undefined, Denial> {
  const kind = evidence?.kind;
  if (kind === undefined) return ok(undefined);
  const { assertion } = kind.value;
  if (assertion.length > assertionCharsMax) {
    const field =
      kind.$case === 'joinToken'
        ? 'evidence.join_token.assertion'
        : 'evidence.key_assertion.assertion';
    return malformed(field, `must be at most ${assertionCharsMax} characters`);
  }
  return ok(
    kind.$case === 'joinToken'
      ? { kind: 'join-token', joinToken: kind.value.joinToken, assertion }
      : { kind: 'key-assertion', assertion },
  );
}

/** Writes an OpenSessionResponse. */
export function writeOpenSession({ session, evidenceKeyExpiresAt, roles }: OpenedMember): Buffer {
  return encodeMessage(OpenSessionResponse, {
    sessionId: wireHandle(session.id),
    kind: wireKind(session.kind),
    name: session.name,
    absoluteEndUnixSeconds: wireSeconds(session.absoluteEndAt),
    idleSeconds: limits.sessionIdleSeconds,
    evidenceKeyEndUnixSeconds: wireSeconds(evidenceKeyExpiresAt),
    roles: [...roles],
  });
}
