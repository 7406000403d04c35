import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  bytesOfHandle,
  formatJoinString,
  type PublicJwk,
  parseAssertion,
  parseProof,
  parseSessionId,
  proofFault,
  proofTarget,
  type Reason,
  type Thumbprint,
  thumbprintInput,
  type UnverifiedJws,
  type UnverifiedProof,
} from '@creance/proto';
import {
  EndSessionResponse,
  type Evidence,
  IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  RenewSessionResponse,
  SessionKind,
} from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';
import type { BrokerCall, BrokerReply } from '../transport/contract.js';
import { type RefusalParts, refusalReply } from './replies.js';

/** A call that the broker has seen, with its proof parsed. */
export interface SeenCall extends BrokerCall {
  readonly method: string;
  readonly parsed: UnverifiedProof;
}

/**
 * For tests: a broker that does what the script says and judges every proof and assertion with the
 * contract's own code: signature, key, target, digest, nonce, replay.
 */
export class ScriptedBroker {
  readonly issuer = 'https://creance.example.internal';
  readonly anchor: Thumbprint = sha256('anchor') as Thumbprint;
  origin = 'http://127.0.0.1:7420';
  /** Demanded in every proof when set. */
  nonce: string | undefined;
  lifetimeSeconds = 60;
  idleSeconds = 600;
  kind: SessionKind = SessionKind.SESSION_KIND_WORKLOAD;
  /** Why sessions are over, once they are. */
  over: Reason | undefined;
  /** Join token → thumbprint of the key that redeemed it, empty before. */
  readonly joinTokens: Map<string, string> = new Map();
  readonly evidenceKeys: Set<string> = new Set();
  /** Session id → thumbprint of its key. */
  readonly sessions: Map<string, string> = new Map();
  readonly calls: SeenCall[] = [];
  /** Every secret that went over the wire, for canary tests. */
  readonly secrets: Set<string> = new Set();
  readonly #refusals: { method: string; reply: BrokerReply }[] = [];
  readonly #proofIds = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A join string for one more key. */
  joinString(joinToken = 'join-token-of-the-test-1'): string {
    if (!this.joinTokens.has(joinToken)) this.joinTokens.set(joinToken, '');
    this.secrets.add(joinToken);
    const { issuer, anchor, origin } = this;
    const text = formatJoinString({ issuer, anchor, address: origin, joinToken });
    this.secrets.add(text);
    return text;
  }

  /** Refuses the next call of a method, before it is looked at. */
  refuseNext(method: string, reason: Reason, parts?: RefusalParts): void {
    this.#refusals.push({ method, reply: refusalReply(reason, parts) });
  }

  /** Answers the next call of a method so. */
  replyNext(method: string, reply: BrokerReply): void {
    this.#refusals.push({ method, reply });
  }

  /** Calls of a method. */
  seen(method: string): readonly SeenCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  handle(call: BrokerCall): BrokerReply {
    const method = call.path.split('/').at(-1) ?? '';
    this.secrets.add(call.proof);
    const proof = parseProof(call.proof);
    if (!proof.ok) return refusalReply('proof_malformed');
    this.calls.push({ ...call, method, parsed: proof.value });
    const planned = this.#refusals.findIndex((refusal) => refusal.method === method);
    const [scripted] = planned < 0 ? [] : this.#refusals.splice(planned, 1);
    if (scripted !== undefined) return scripted.reply;
    const fault = this.#proofFault(call, method, proof.value);
    if (fault !== undefined) return refusalReply(fault, this.nonce ? { nonce: this.nonce } : {});
    if (method === 'OpenSession') return this.#open(call, proof.value);
    if (this.sessions.get(call.sessionId ?? '') !== thumbprintOf(proof.value.jwk))
      return refusalReply('session_unknown');
    if (this.over !== undefined) return refusalReply(this.over);
    return this.#answer(call, method);
  }

  #proofFault(call: BrokerCall, method: string, proof: UnverifiedProof): Reason | undefined {
    if (!isSigned(proof.jwk, proof.jws)) return 'proof_signature_invalid';
    if (this.nonce !== undefined && proof.nonce !== this.nonce) return 'nonce_required';
    if (this.#proofIds.has(proof.id)) return 'proof_replayed';
    this.#proofIds.add(proof.id);
    const digested = method === 'OpenSession' || method === 'EndSession' || method === 'Cut';
    const digest = createHash('sha256').update(call.request).digest('base64');
    return proofFault(proof, {
      method: 'POST',
      target: proofTarget(this.origin + call.path) ?? '',
      nowSeconds: Math.floor(this.#clock.now() / 1_000),
      ...(digested && { contentDigest: `sha-256=:${digest}:` }),
    });
  }

  #open(call: BrokerCall, proof: UnverifiedProof): BrokerReply {
    const evidence = OpenSessionRequest.decode(call.request).evidence?.kind;
    if (evidence === undefined) return refusalReply('evidence_missing');
    const fault = this.#evidenceFault(evidence, proof);
    if (fault !== undefined) return refusalReply(fault);
    const id = createHash('sha256').update(thumbprintOf(proof.jwk)).digest().subarray(0, 16);
    this.sessions.set(id.toString('base64url'), thumbprintOf(proof.jwk));
    const now = Math.floor(this.#clock.now() / 1_000);
    return good(
      OpenSessionResponse.encode({
        sessionId: id,
        kind: this.kind,
        name: 'support-triage',
        absoluteEndUnixSeconds: BigInt(now + 28_800),
        idleSeconds: this.idleSeconds,
        evidenceKeyEndUnixSeconds: BigInt(now + 2_592_000),
      }).finish(),
    );
  }

  #evidenceFault(
    evidence: NonNullable<Evidence['kind']>,
    proof: UnverifiedProof,
  ): Reason | undefined {
    this.secrets.add(evidence.value.assertion);
    const parsed = parseAssertion(evidence.value.assertion);
    if (!parsed.ok) return 'evidence_malformed';
    const { jwk, jws, audience, sessionKey, joinTokenHash, nonce } = parsed.value;
    if (!isSigned(jwk, jws)) return 'evidence_signature_invalid';
    if (audience !== this.issuer) return 'evidence_wrong_audience';
    if (sessionKey !== thumbprintOf(proof.jwk)) return 'evidence_wrong_session_key';
    if (this.nonce !== undefined && nonce !== this.nonce) return 'nonce_required';
    const key = thumbprintOf(jwk);
    if (evidence.$case === 'keyAssertion')
      return this.evidenceKeys.has(key) ? undefined : 'evidence_key_unknown';
    if (joinTokenHash !== sha256(evidence.value.joinToken)) return 'evidence_malformed';
    const redeemedBy = this.joinTokens.get(evidence.value.joinToken);
    if (redeemedBy === undefined) return 'join_token_unknown';
    if (redeemedBy !== '' && redeemedBy !== key) return 'join_token_used';
    this.joinTokens.set(evidence.value.joinToken, key);
    this.evidenceKeys.add(key);
    return undefined;
  }

  #answer(call: BrokerCall, method: string): BrokerReply {
    const now = Math.floor(this.#clock.now() / 1_000);
    if (method === 'IssueToken') return this.#issue(call, now);
    if (method === 'EndSession') {
      this.sessions.delete(call.sessionId ?? '');
      return good(EndSessionResponse.encode({ revision: 1n }).finish(), this.nonce);
    }
    const { idleSeconds } = this;
    const absoluteEndUnixSeconds = BigInt(now + 28_800);
    const renewed = RenewSessionResponse.encode({ idleSeconds, absoluteEndUnixSeconds });
    return good(method === 'RenewSession' ? renewed.finish() : call.request, this.nonce);
  }

  #issue(call: BrokerCall, now: number): BrokerReply {
    const ask = IssueTokenRequest.decode(call.request);
    const lifetimeSeconds = ask.lifetimeSeconds || this.lifetimeSeconds;
    const id = bytesOfHandle(parseSessionId(call.sessionId ?? '') as never);
    const count = this.calls.length;
    const token = `token-${count}.${Buffer.from(id).toString('base64url')}.signature-${count}`;
    this.secrets.add(token);
    return good(
      IssueTokenResponse.encode({
        token,
        tokenType: 'DPoP',
        expiresUnixSeconds: BigInt(now + lifetimeSeconds),
        scopes: [...ask.scopes].sort(),
        lifetimeSeconds,
      }).finish(),
      this.nonce,
    );
  }
}

function good(response: Uint8Array, nonce?: string): BrokerReply {
  return { ok: true, response, nonce };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function thumbprintOf(jwk: PublicJwk): string {
  return sha256(thumbprintInput(jwk));
}

function isSigned(jwk: PublicJwk, jws: UnverifiedJws): boolean {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  const input = Buffer.from(jws.signingInput);
  return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
}
