import { formatJoinString, parseProof, type Reason, type UnverifiedProof } from '@creance/proto';
import {
  IssueTokenRequest,
  IssueTokenResponse,
  RenewSessionResponse,
  ReportActionsRequest,
  ReportActionsResponse,
} from '@creance/proto/wire';
import { grpcStatus } from '../errors/status.js';
import type {
  BrokerCall,
  BrokerReply,
  BrokerStream,
  StreamCall,
  StreamListener,
} from '../transport/contract.js';
import { lostReply, type RefusalParts, refusalReply } from './replies.js';
import { type ProofExpected, thumbprintOf } from './scripted-judge.js';
import { ScriptedSessions } from './scripted-sessions.js';
import { answerOf, ScriptedStream } from './scripted-stream.js';
import { digestedMethods, good, type Judged, newKeyMethods, replies } from './scripted-verbs.js';

/** A call that the broker has seen, with its proof parsed. */
export interface SeenCall extends BrokerCall {
  readonly method: string;
  readonly parsed: UnverifiedProof;
}

/**
 * For tests: a broker that does what the script says and judges every proof and assertion with the
 * contract's own code: signature, key, target, digest, nonce, replay.
 */
export class ScriptedBroker extends ScriptedSessions {
  origin = 'http://127.0.0.1:7420';
  /** Whether there are streams at all: an older broker has none. */
  hasStreams = false;
  /** Whether a stream that is opened is greeted. */
  greets = true;
  /** Seconds between challenges that a greeting promises; a test sends them. */
  challengeSeconds = 0;
  /** Every stream that was opened, in order. */
  readonly streams: ScriptedStream[] = [];
  readonly calls: SeenCall[] = [];
  /** Counters of all proofs of calls and streams. */
  readonly counters: (number | undefined)[] = [];
  /** Replies that are lost on their way after the broker has acted, by method: the caller hears this instead. */
  readonly losses: Map<string, BrokerReply> = new Map();
  readonly #refusals: { method: string; reply: BrokerReply }[] = [];

  /** A join string for one more key. */
  joinString(joinToken = 'join-token-of-the-test-1'): string {
    if (!this.joinTokens.has(joinToken)) this.joinTokens.set(joinToken, '');
    this.secrets.add(joinToken);
    const { issuer, anchor, origin } = this;
    const text = formatJoinString({ issuer, anchor, address: origin, joinToken });
    this.secrets.add(text);
    return text;
  }

  /** Refuses the next call of a method, before it is looked at; a message of a stream as well. */
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

  /** Messages of one kind on all streams. */
  streamed(kind: 'issueToken' | 'renewSession' | 'reportActions' | 'challengeAnswer'): number {
    const heard = this.streams.flatMap((stream) => stream.heard);
    return heard.filter((request) => request.kind?.$case === kind).length;
  }

  /** Holds all sessions and says so on their streams. */
  suspend(): void {
    this.isHeld = true;
    for (const stream of this.streams) stream.say({ $case: 'suspended', value: {} });
  }

  /** Ends the hold. */
  resume(): void {
    this.isHeld = false;
    for (const stream of this.streams) stream.say({ $case: 'resumed', value: {} });
  }

  /** Ends all sessions for a reason, and their streams with it. */
  cut(reason: Reason): void {
    this.over = reason;
    for (const stream of this.streams) stream.end(refusalReply(reason));
  }

  handle(call: BrokerCall): BrokerReply {
    const method = call.path.split('/').at(-1) ?? '';
    this.secrets.add(call.proof);
    if (call.newKeyProof !== undefined) this.secrets.add(call.newKeyProof);
    const proof = parseProof(call.proof);
    if (!proof.ok) return refusalReply('proof_malformed');
    this.calls.push({ ...call, method, parsed: proof.value });
    this.counters.push(proof.value.counter);
    const scripted = this.#scripted(method);
    if (scripted !== undefined) return scripted;
    const digestOf = digestedMethods.includes(method) ? call.request : undefined;
    const nonce = this.nonce ?? (newKeyMethods.includes(method) ? 'nonce-for-new-keys' : undefined);
    const expected = { url: this.origin + call.path, digestOf, nonce };
    const key = thumbprintOf(proof.value.jwk);
    const known = method === 'OpenSession' ? key : this.sessions.get(call.sessionId ?? '');
    if (known === undefined) return refusalReply('session_unknown');
    const fault = this.judge.proof(proof.value, expected);
    if (fault !== undefined) return refusalReply(fault, nonce === undefined ? {} : { nonce });
    if (known !== key) return refusalReply('proof_wrong_key');
    const judged = this.#answer(method, call, key, expected);
    if ('reason' in judged)
      return refusalReply(judged.reason, nonce === undefined ? {} : { nonce });
    return this.losses.get(method) ?? good(judged.response, this.nonce);
  }

  /** Opens a stream, or ends it at once. */
  openStream(call: StreamCall, listener: StreamListener): BrokerStream {
    const proof = parseProof(call.proof);
    this.secrets.add(call.proof);
    if (proof.ok) this.counters.push(proof.value.counter);
    const key = proof.ok ? thumbprintOf(proof.value.jwk) : '';
    const own = { sessionId: call.sessionId, key };
    const stream: ScriptedStream = new ScriptedStream(own, listener, (ask) =>
      this.#streamAnswer(stream, ask),
    );
    const scripted = this.#scripted('Stream');
    const fault = proof.ok ? this.#streamFault(call, proof.value, key) : 'proof_malformed';
    const nonce = this.nonce === undefined ? {} : { nonce: this.nonce };
    if (scripted !== undefined && !scripted.ok) stream.end(scripted);
    else if (!this.hasStreams) stream.end(lostReply(grpcStatus.unimplemented));
    else if (fault !== undefined) stream.end(refusalReply(fault, nonce));
    else {
      this.streams.push(stream);
      if (this.greets) stream.greet(this.challengeSeconds);
    }
    return stream;
  }

  #scripted(method: string): BrokerReply | undefined {
    const planned = this.#refusals.findIndex((refusal) => refusal.method === method);
    return planned < 0 ? undefined : this.#refusals.splice(planned, 1)[0]?.reply;
  }

  #streamFault(call: StreamCall, proof: UnverifiedProof, key: string): Reason | undefined {
    if (!this.hasStreams) return undefined;
    const known = this.sessions.get(call.sessionId);
    if (known === undefined) return 'session_unknown';
    const fault = this.judge.proof(proof, { url: this.origin + call.path, nonce: this.nonce });
    if (fault !== undefined) return fault;
    if (known !== key) return 'proof_wrong_key';
    return this.over ?? (this.isHeld ? 'session_suspended' : undefined);
  }

  #streamAnswer(
    { sessionId }: ScriptedStream,
    ask: Parameters<NonNullable<ScriptedStream['reply']>>[0],
  ): ReturnType<NonNullable<ScriptedStream['reply']>> {
    if (ask.$case === 'challengeAnswer') {
      this.secrets.add(ask.value.proof);
      return undefined;
    }
    const scripted = this.#scripted(methodOf[ask.$case]);
    const fault = this.stateFault(sessionId);
    const key = this.sessions.get(sessionId) ?? '';
    const reply = (act: () => Uint8Array) =>
      scripted ?? (fault ? refusalReply(fault) : good(act()));
    switch (ask.$case) {
      case 'issueToken':
        return answerOf(
          reply(() => this.issue(ask.value, sessionId, key)),
          (bytes) => ({ $case: 'issueToken', value: IssueTokenResponse.decode(bytes) }),
        );
      case 'reportActions':
        return answerOf(
          reply(() => this.reported(ask.value, sessionId)),
          (bytes) => ({ $case: 'reportActions', value: ReportActionsResponse.decode(bytes) }),
        );
      case 'renewSession':
        return answerOf(
          reply(() => replies.renewed(this.idleSeconds, this.nowSeconds)),
          (bytes) => ({ $case: 'renewSession', value: RenewSessionResponse.decode(bytes) }),
        );
    }
  }

  #answer(method: string, call: BrokerCall, key: string, expected: ProofExpected): Judged {
    if (method === 'OpenSession') return this.open(call, key);
    const sessionId = call.sessionId ?? '';
    const fault = this.stateFault(sessionId);
    const isRekeyOfHeld = this.letsHeldRekey && this.isHeld && method === 'RekeySession';
    if (fault !== undefined && method !== 'EndSession' && !isRekeyOfHeld) return { reason: fault };
    const nowSeconds = this.nowSeconds;
    switch (method) {
      case 'IssueToken':
        return { response: this.issue(IssueTokenRequest.decode(call.request), sessionId, key) };
      case 'ReportActions':
        return { response: this.reported(ReportActionsRequest.decode(call.request), sessionId) };
      case 'RenewSession':
        return { response: replies.renewed(this.idleSeconds, nowSeconds) };
      case 'EndSession':
        if (fault === undefined) this.sessions.delete(sessionId);
        return fault === undefined ? { response: replies.ended() } : { reason: fault };
      case 'CreateChildJoinToken': {
        const text = `child-join-token-of-test-${this.childJoinTokens.size + 1}`;
        this.childJoinTokens.set(text, '');
        this.secrets.add(text);
        return { response: replies.childJoinToken(text, nowSeconds) };
      }
      case 'DelegateSession':
      case 'RekeySession': {
        const second = this.judge.newKey(call.newKeyProof, expected);
        if (second.fault !== undefined) return { reason: second.fault };
        return method === 'DelegateSession'
          ? this.delegate(call, second.key)
          : this.rekey(call, sessionId, second.key, expected.nonce);
      }
      default:
        return { response: call.request };
    }
  }
}

/** The unary method that a message of a stream stands for. */
const methodOf = {
  issueToken: 'IssueToken',
  renewSession: 'RenewSession',
  reportActions: 'ReportActions',
} as const;
