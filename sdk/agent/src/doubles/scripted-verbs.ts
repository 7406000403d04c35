import { createHash } from 'node:crypto';
import { bytesOfHandle, parseSessionId, type Reason } from '@creance/proto';
import {
  CreateChildJoinTokenResponse,
  DelegateSessionResponse,
  EndSessionResponse,
  type IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionResponse,
  RekeySessionResponse,
  RenewSessionResponse,
  ReportActionsResponse,
  type SessionKind,
} from '@creance/proto/wire';
import type { BrokerReply } from '../transport/contract.js';

/** A request whose proof, or proofs, were good. */
export interface ProvedAsk {
  readonly sessionId: string;
  readonly key: string;
  /** Unix seconds. */
  readonly nowSeconds: number;
}

/** For tests: a good reply. */
export function good(response: Uint8Array, nonce?: string): BrokerReply {
  return { ok: true, response, nonce };
}

/** For tests: the id that a session of this key has. */
export function sessionIdOf(key: string): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, 16);
}

/** For tests: what the scripted broker answers when it has nothing against a request. */
export const replies = {
  opened: (key: string, kind: SessionKind, idleSeconds: number, nowSeconds: number): Uint8Array =>
    OpenSessionResponse.encode({
      sessionId: sessionIdOf(key),
      kind,
      name: 'support-triage',
      absoluteEndUnixSeconds: BigInt(nowSeconds + 28_800),
      idleSeconds,
      evidenceKeyEndUnixSeconds: BigInt(nowSeconds + 2_592_000),
      roles: [],
    }).finish(),

  /** `number` makes it another one than all before. */
  issued: (
    ask: IssueTokenRequest,
    { sessionId, key, nowSeconds }: ProvedAsk,
    token: { readonly number: number; readonly lifetimeSeconds: number },
  ): { readonly token: string; readonly response: Uint8Array } => {
    const { number, lifetimeSeconds } = token;
    const handle = bytesOfHandle(parseSessionId(sessionId) as never);
    const claims = { sid: Buffer.from(handle).toString('base64url'), cnf: { jkt: key } };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const text = `token-${number}.${payload}.signature-${number}`;
    const response = IssueTokenResponse.encode({
      token: text,
      tokenType: 'DPoP',
      expiresUnixSeconds: BigInt(nowSeconds + lifetimeSeconds),
      scopes: [...ask.scopes].sort(),
      lifetimeSeconds,
    }).finish();
    return { token: text, response };
  },

  renewed: (idleSeconds: number, nowSeconds: number): Uint8Array =>
    RenewSessionResponse.encode({
      idleSeconds,
      absoluteEndUnixSeconds: BigInt(nowSeconds + 28_800),
    }).finish(),

  ended: (): Uint8Array => EndSessionResponse.encode({ revision: 1n }).finish(),

  delegated: (childKey: string, idleSeconds: number, nowSeconds: number): Uint8Array =>
    DelegateSessionResponse.encode({
      sessionId: sessionIdOf(childKey),
      name: 'support-triage',
      absoluteEndUnixSeconds: BigInt(nowSeconds + 3_600),
      idleSeconds,
    }).finish(),

  childJoinToken: (childJoinToken: string, nowSeconds: number): Uint8Array =>
    CreateChildJoinTokenResponse.encode({
      childJoinToken,
      expiresUnixSeconds: BigInt(nowSeconds + 60),
    }).finish(),

  reported: (taken: number): Uint8Array =>
    ReportActionsResponse.encode({ taken, dropped: 0, proofsWanted: [] }).finish(),

  rekeyed: (): Uint8Array => RekeySessionResponse.encode({ revision: 2n }).finish(),
};

/** Methods whose proof covers the request bytes. */
export const digestedMethods: readonly string[] = [
  'OpenSession',
  'EndSession',
  'Cut',
  'DelegateSession',
  'CreateChildJoinToken',
  'RekeySession',
];

/** Methods that bring a new key: both proofs carry a nonce whatever the time. */
export const newKeyMethods: readonly string[] = ['DelegateSession', 'RekeySession'];

/** A refusal of a request, or what answers it. */
export type Judged = { readonly reason: Reason } | { readonly response: Uint8Array };
