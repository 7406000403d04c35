import type { Reason, Thumbprint } from '@creance/proto';
import {
  DelegateSessionRequest,
  type Evidence,
  type IssueTokenRequest,
  type Observation,
  OpenSessionRequest,
  RekeySessionRequest,
  type ReportActionsRequest,
  SessionKind,
} from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';
import type { BrokerCall } from '../transport/contract.js';
import { ScriptedJudge, sha256 } from './scripted-judge.js';
import { type Judged, type ProvedAsk, replies, sessionIdOf } from './scripted-verbs.js';

/** For tests: what the scripted broker knows of members and sessions, and what it does with them. */
export class ScriptedSessions {
  readonly issuer = 'https://creance.example.internal';
  readonly anchor: Thumbprint = sha256('anchor') as Thumbprint;
  /** Demanded in every proof when set. */
  nonce: string | undefined;
  lifetimeSeconds = 60;
  idleSeconds = 600;
  kind: SessionKind = SessionKind.SESSION_KIND_WORKLOAD;
  /** Why sessions are over, once they are. */
  over: Reason | undefined;
  /** Whether sessions are held; `suspend` and `resume` also tell the streams. */
  isHeld = false;
  /** Whether a held session may be rekeyed: one that the watch holds may. */
  letsHeldRekey = false;
  /** Join token → thumbprint of the key that redeemed it, empty before. Child join tokens too. */
  readonly joinTokens: Map<string, string> = new Map();
  readonly childJoinTokens: Map<string, string> = new Map();
  readonly evidenceKeys: Set<string> = new Set();
  /** Session id → thumbprint of its key. */
  readonly sessions: Map<string, string> = new Map();
  /** Every secret that went over the wire, for canary tests. */
  readonly secrets: Set<string> = new Set();
  protected readonly clock: Clock;
  protected readonly judge: ScriptedJudge;
  /** Reports that were taken, by whatever way, with the session that sent them. */
  readonly reports: { readonly sessionId: string; readonly report: ReportActionsRequest }[] = [];
  #tokens = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.judge = new ScriptedJudge(clock);
  }

  protected get nowSeconds(): number {
    return Math.floor(this.clock.now() / 1_000);
  }

  protected stateFault(sessionId: string): Reason | undefined {
    if (!this.sessions.has(sessionId)) return 'session_unknown';
    return this.over ?? (this.isHeld ? 'session_suspended' : undefined);
  }

  protected open(call: BrokerCall, key: string): Judged {
    const { evidence, childJoinToken } = OpenSessionRequest.decode(call.request);
    const fault =
      this.#evidenceFault(evidence, key, this.nonce) ?? this.#childFault(childJoinToken, key);
    if (fault !== undefined) return { reason: fault };
    this.sessions.set(sessionIdOf(key).toString('base64url'), key);
    return { response: replies.opened(key, this.kind, this.idleSeconds, this.nowSeconds) };
  }

  #childFault(text: string, key: string): Reason | undefined {
    if (text === '') return undefined;
    const redeemedBy = this.childJoinTokens.get(text);
    if (redeemedBy === undefined) return 'child_join_token_unknown';
    if (redeemedBy !== '' && redeemedBy !== key) return 'child_join_token_used';
    this.childJoinTokens.set(text, key);
    return undefined;
  }

  #evidenceFault(
    evidence: Evidence | undefined,
    sessionKey: string,
    nonce: string | undefined,
  ): Reason | undefined {
    if (evidence?.kind === undefined) return 'evidence_missing';
    this.secrets.add(evidence.kind.value.assertion);
    const { issuer, evidenceKeys, joinTokens } = this;
    const expected = { issuer, sessionKey, nonce, evidenceKeys, joinTokens };
    return this.judge.evidence(evidence.kind, expected);
  }

  protected delegate(call: BrokerCall, childKey: string): Judged {
    const { keyThumbprint } = DelegateSessionRequest.decode(call.request);
    if (keyThumbprint !== childKey) return { reason: 'new_key_mismatch' };
    this.sessions.set(sessionIdOf(childKey).toString('base64url'), childKey);
    return { response: replies.delegated(childKey, this.idleSeconds, this.nowSeconds) };
  }

  protected rekey(
    call: BrokerCall,
    sessionId: string,
    newKey: string,
    nonce: string | undefined,
  ): Judged {
    const { keyThumbprint, evidence } = RekeySessionRequest.decode(call.request);
    if (keyThumbprint !== newKey) return { reason: 'new_key_mismatch' };
    if (evidence?.kind?.$case !== 'keyAssertion') return { reason: 'rekey_needs_evidence' };
    const fault = this.#evidenceFault(evidence, newKey, nonce);
    if (fault !== undefined) return { reason: fault };
    this.sessions.set(sessionId, newKey);
    return { response: replies.rekeyed() };
  }

  /** All that sessions have reported; what came twice is here twice. */
  get observations(): readonly Observation[] {
    return this.reports.flatMap(({ report }) => report.observations);
  }

  protected reported(report: ReportActionsRequest, sessionId: string): Uint8Array {
    this.reports.push({ sessionId, report });
    return replies.reported(report.observations.length);
  }

  protected issue(ask: IssueTokenRequest, sessionId: string, key: string): Uint8Array {
    this.#tokens += 1;
    const proved: ProvedAsk = { sessionId, key, nowSeconds: this.nowSeconds };
    const lifetimeSeconds = ask.lifetimeSeconds || this.lifetimeSeconds;
    const issued = replies.issued(ask, proved, { number: this.#tokens, lifetimeSeconds });
    this.secrets.add(issued.token);
    return issued.response;
  }
}
