import { type SessionId, sessionIdFromBytes } from '@creance/proto';
import {
  OpenSessionRequest,
  OpenSessionResponse,
  SessionKind,
  SessionServiceService,
} from '@creance/proto/wire';
import type { Context } from '@opentelemetry/api';
import type { BrokerParts } from '../broker/channel.js';
import { decodeReply, secondsOf } from '../broker/read.js';
import { CreanceError } from '../errors/creance-error.js';
import { replyMalformed } from '../errors/local.js';
import type { EvidenceKind, EvidenceSource } from '../keys/evidence.js';
import { creance, spanName } from '../telemetry/names.js';
import type { OpenParts } from './session-options.js';
import { makeVoice, type Voice } from './voice.js';

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
  /** Roles of an operator; empty for others. */
  readonly roles: readonly string[];
  /** The key that it is bound to. */
  readonly voice: Voice;
}

const kinds: ReadonlyMap<number, MemberKind> = new Map([
  [SessionKind.SESSION_KIND_WORKLOAD, 'workload'],
  [SessionKind.SESSION_KIND_VERIFIER, 'verifier'],
  [SessionKind.SESSION_KIND_OPERATOR, 'operator'],
] as const);

/** With these the key is not registered any more, never was, or is held with another: a join token can help. */
const joinHelps: readonly unknown[] = [
  'evidence_key_unknown',
  'evidence_key_expired',
  'evidence_contested',
];

/** With these the join token never opens anything with the key that was made for it. */
const joinIsOver: readonly unknown[] = [
  'join_token_unknown',
  'join_token_used',
  'join_token_expired',
];

/**
 * Opens a session with a key of its own, made here and kept in memory only. No further call is made
 * once the signal has aborted.
 */
export async function openSession(
  parts: BrokerParts,
  evidence: EvidenceSource,
  open: OpenParts,
  signal: AbortSignal,
  above: Context,
): Promise<OpenedSession> {
  const voice = makeVoice(parts);
  const opened = await firstAccepted(evidence.kinds(), (kind) =>
    voice.channel.call({
      path: SessionServiceService.openSession.path,
      request: (nonce) => {
        const made = evidence.make(kind, voice.thumbprint, nonce);
        return OpenSessionRequest.encode({ ...open, evidence: made }).finish();
      },
      read: readResponse,
      digest: true,
      span: {
        name: spanName.open,
        attributes: {},
        above,
        told: ({ id, name }) => ({ [creance.session]: id, [creance.workload]: name }),
      },
      sessionId: undefined,
      signal,
    }),
  ).catch(async (error: unknown) => {
    if (joinIsOver.includes(reasonOf(error))) await evidence.dropNewKeyFile();
    throw error;
  });
  evidence.accepted();
  return { ...opened, voice };
}

async function firstAccepted<T>(
  order: readonly EvidenceKind[],
  present: (kind: EvidenceKind) => Promise<T>,
): Promise<T> {
  const [first, second] = order;
  try {
    return await present(first ?? 'key_assertion');
  } catch (error) {
    if (second === undefined || !joinHelps.includes(reasonOf(error))) throw error;
    return present(second);
  }
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof CreanceError ? error.reason : undefined;
}

function readResponse(bytes: Uint8Array): Omit<OpenedSession, 'voice'> {
  const response = decodeReply(OpenSessionResponse, bytes);
  const id = sessionIdFromBytes(response.sessionId);
  const kind = kinds.get(response.kind);
  const { name, idleSeconds, roles } = response;
  if (id === undefined || kind === undefined || name === '' || idleSeconds === 0)
    throw replyMalformed();
  const absoluteEndSeconds = secondsOf(response.absoluteEndUnixSeconds);
  return { id, kind, name, absoluteEndSeconds, idleSeconds, roles };
}
