import { encodeBase64url, parseJoinString } from '@creance/proto';
import {
  CreateChildJoinTokenRequest,
  CreateChildJoinTokenResponse,
  DelegateSessionRequest,
  DelegateSessionResponse,
  DestinationKind,
  OpenSessionRequest,
  OpenSessionResponse,
  RekeySessionRequest,
  RekeySessionResponse,
  type Task,
} from '@creance/proto/wire';
import type { RawClient } from './raw-client.js';
import { Refused } from './refused.js';
import type { TestKey } from './test-key.js';

/** A session and the key that speaks for it. */
export interface RawSession {
  readonly id: string;
  readonly key: TestKey;
}

/** Evidence of a member: what it joined with, and the key that it has registered or registers. */
export interface RawEvidence {
  readonly join: string;
  readonly key: TestKey;
  /** Whether the join string is still to be redeemed. */
  readonly redeem: boolean;
}

/** A task of one grant, for these addresses of mail. */
export function taskOf(
  audience: string,
  scopes: string[],
  lifetimeSeconds = 0,
  addresses: readonly string[] = [],
): Task {
  const destinations = addresses.map((value) => ({
    kind: DestinationKind.DESTINATION_KIND_EMAIL,
    value,
  }));
  return { grants: [{ audience, scopes, destinations }], lifetimeSeconds };
}

/** Opens a child in the same process: both keys prove the call. */
export async function delegate(
  client: RawClient,
  parent: RawSession,
  key: TestKey,
  task?: Task,
): Promise<RawSession> {
  const ask = { keyThumbprint: key.thumbprint, task };
  const request = DelegateSessionRequest.encode(ask).finish();
  const reply = await twice(client, 'SessionService/DelegateSession', request, parent, key);
  return { id: encodeBase64url(DelegateSessionResponse.decode(reply).sessionId), key };
}

/** Makes a child join token. */
export async function childJoinToken(
  client: RawClient,
  parent: RawSession,
  workload: string,
  task?: Task,
): Promise<string> {
  const request = CreateChildJoinTokenRequest.encode({ workload, task }).finish();
  const method = 'SessionService/CreateChildJoinToken';
  const reply = await client.call(method, request, parent.key, parent.id);
  return CreateChildJoinTokenResponse.decode(reply).childJoinToken;
}

/** Opens a session, a child where a child join token is given. */
export async function openWith(
  client: RawClient,
  { join, key: evidenceKey, redeem }: RawEvidence,
  key: TestKey,
  parts: Partial<Pick<OpenSessionRequest, 'childJoinToken' | 'task' | 'upstream'>> = {},
): Promise<RawSession> {
  const parsed = parseJoinString(join);
  if (parsed === undefined) throw new Error('the join string is none');
  const reply = await withNonce(() => {
    const own = client.evidence(parsed, evidenceKey, key, redeem);
    const request = OpenSessionRequest.encode({ ...own, ...parts }).finish();
    const method = 'SessionService/OpenSession';
    return client.send(method, request, [['dpop', client.proof(method, request, key)]]);
  });
  return { id: encodeBase64url(OpenSessionResponse.decode(reply).sessionId), key };
}

/** Binds a session to another key; gives the revision from which the old one is worth nothing. */
export async function rekey(
  client: RawClient,
  session: RawSession,
  key: TestKey,
  evidence: RawEvidence,
): Promise<bigint> {
  const parsed = parseJoinString(evidence.join);
  if (parsed === undefined) throw new Error('the join string is none');
  const reply = await withNonce(() => {
    const own = client.evidence(parsed, evidence.key, key, false);
    const ask = { keyThumbprint: key.thumbprint, evidence: own.evidence };
    const request = RekeySessionRequest.encode(ask).finish();
    return sendTwice(client, 'SessionService/RekeySession', request, session, key);
  });
  return RekeySessionResponse.decode(reply).revision;
}

/** A call that two keys prove, once more when a nonce is asked. */
export function twice(
  client: RawClient,
  method: string,
  request: Uint8Array,
  session: RawSession,
  key: TestKey,
): Promise<Buffer> {
  return withNonce(() => sendTwice(client, method, request, session, key));
}

function sendTwice(
  client: RawClient,
  method: string,
  request: Uint8Array,
  { id, key: own }: RawSession,
  key: TestKey,
): Promise<Buffer> {
  return client.send(method, request, [
    ['dpop', client.proof(method, request, own)],
    ['creance-session', id],
    ['creance-new-key-proof', client.proof(method, request, key)],
  ]);
}

async function withNonce(attempt: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Refused && error.reason === 'nonce_required') return attempt();
    throw error;
  }
}

/** `ok`, or the reason of the refusal. */
export function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof Refused) return error.reason;
      throw error;
    },
  );
}
