import { type SessionId, sessionIdFromBytes } from '@creance/proto';
import {
  OpenSessionRequest,
  OpenSessionResponse,
  SessionKind,
  SessionServiceService,
} from '@creance/proto/wire';
import { BrokerChannel, type BrokerParts } from '../broker/channel.js';
import { CreanceError } from '../errors/creance-error.js';
import { replyMalformed } from '../errors/local.js';
import type { EvidenceKind, EvidenceSource } from '../keys/evidence.js';
import { SigningKey } from '../keys/signing-key.js';
import { ProofMaker } from '../proof/proof-maker.js';

/** What a session may be used for. */
export type MemberKind = 'workload' | 'verifier' | 'operator';

/** A session that the broker has opened, with all that speaks for it. */
export interface OpenedSession {
  readonly id: SessionId;
  readonly kind: MemberKind;
  readonly name: string;
  /** Unix seconds. */
  readonly absoluteEndSeconds: number;
  readonly idleSeconds: number;
  readonly channel: BrokerChannel;
  readonly proofs: ProofMaker;
}

const kinds: ReadonlyMap<number, MemberKind> = new Map([
  [SessionKind.SESSION_KIND_WORKLOAD, 'workload'],
  [SessionKind.SESSION_KIND_VERIFIER, 'verifier'],
  [SessionKind.SESSION_KIND_OPERATOR, 'operator'],
] as const);

/** With these the key is not registered any more, or never was: a join token can help. */
const joinHelps: readonly unknown[] = ['evidence_key_unknown', 'evidence_key_expired'];

/**
 * Opens a session with a key of its own, made here and kept in memory only. No further call is made
 * once the signal has aborted.
 */
export async function openSession(
  parts: BrokerParts,
  evidence: EvidenceSource,
  signal: AbortSignal,
): Promise<OpenedSession> {
  const key = SigningKey.generate();
  const proofs = new ProofMaker(key, parts);
  const channel = new BrokerChannel(parts, proofs);
  const bytes = await firstAccepted(evidence.kinds(), (kind) =>
    channel.call({
      path: SessionServiceService.openSession.path,
      request: (nonce) => {
        const made = evidence.make(kind, key.thumbprint, nonce);
        return OpenSessionRequest.encode({ evidence: made }).finish();
      },
      digest: true,
      sessionId: undefined,
      signal,
    }),
  );
  evidence.accepted();
  return { ...readResponse(bytes), channel, proofs };
}

async function firstAccepted(
  order: readonly EvidenceKind[],
  present: (kind: EvidenceKind) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const [first, second] = order;
  try {
    return await present(first ?? 'key_assertion');
  } catch (error) {
    const reason = error instanceof CreanceError ? error.reason : undefined;
    if (second === undefined || !joinHelps.includes(reason)) throw error;
    return present(second);
  }
}

function readResponse(bytes: Uint8Array): Omit<OpenedSession, 'channel' | 'proofs'> {
  const response = decode(bytes);
  const id = sessionIdFromBytes(response.sessionId);
  const kind = kinds.get(response.kind);
  const absoluteEndSeconds = Number(response.absoluteEndUnixSeconds);
  const { name, idleSeconds } = response;
  const whole = id !== undefined && kind !== undefined && name !== '' && idleSeconds > 0;
  if (!whole || !Number.isSafeInteger(absoluteEndSeconds)) throw replyMalformed();
  return { id, kind, name, absoluteEndSeconds, idleSeconds };
}

function decode(bytes: Uint8Array): OpenSessionResponse {
  try {
    return OpenSessionResponse.decode(bytes);
  } catch {
    throw replyMalformed();
  }
}
