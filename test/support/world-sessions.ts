import {
  parseToken,
  type Reason,
  type Result,
  type Revision,
  type SessionId,
  type Thumbprint,
  type TokenClaims,
} from '@creance/proto';
import type { Call, Command } from '../../broker/src/commands/call.js';
import type { OpenSessionAsk } from '../../broker/src/commands/open-session.js';
import type { TaskAsk } from '../../broker/src/commands/task-ask.js';
import type { UpstreamAsk } from '../../broker/src/commands/upstream-ask.js';
import type { Caller } from '../../broker/src/domain/caller.js';
import type { Denial } from '../../broker/src/domain/denial.js';
import { testIdentity } from './store.js';
import type { TestKey } from './test-key.js';
import { evidenceOf, type Host, joinTokenIn } from './world-hosts.js';
import { WorldStage } from './world-stage.js';
import { type IssuedInWorld, worldAudience, worldScope } from './world-verifier.js';

/** A session of the world. */
export interface SessionInWorld {
  readonly id: SessionId;
  /** Another one after a rekey. */
  key: TestKey;
}

/** What a token is asked for. */
export interface AskInWorld {
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number;
}

/** What a root declares. */
export interface RootInWorld {
  readonly task?: TaskAsk | undefined;
  readonly upstream?: UpstreamAsk | undefined;
}

/** A refusal, and who was refused. */
export interface DenialInWorld {
  readonly denial: Denial;
  readonly caller: Caller;
}

/** Whoever cuts and holds. */
export const worldOperator: Caller = { kind: 'dev-owner' };

/** The verbs of members. Each gives what it made, or the reason against it. */
export class WorldSessions extends WorldStage {
  /** Every refusal so far. */
  readonly denials: DenialInWorld[] = [];
  #asserted = 0;

  /** Machines of a workload that join with one join token, each with a key of its own. */
  async newHosts(workload: string, count = 1): Promise<Host[] | Reason> {
    const member = { kind: 'workload' as const, name: workload };
    const ask = { member, uses: count, lifetimeSeconds: 0, networks: [] };
    const made = await this.run(this.verbs.createJoinToken, ask, worldOperator);
    if (!made.ok) return made.error.reason;
    const joinToken = joinTokenIn(made.value.joinString);
    return Array.from({ length: count }, () => {
      return { workload, joinToken, key: this.newKey(), isRedeemed: false };
    });
  }

  async openRoot(host: Host, root: RootInWorld = {}): Promise<SessionInWorld | Reason> {
    const { task, upstream } = root;
    return this.#open(host, { task, upstream, childJoinToken: undefined });
  }

  /** Redeems a child join token on another machine. */
  async openChild(host: Host, childJoinToken: string): Promise<SessionInWorld | Reason> {
    return this.#open(host, { task: undefined, upstream: undefined, childJoinToken });
  }

  /** A root of a machine of its own, that lives for 20 minutes. */
  async openSession(): Promise<SessionInWorld | Reason> {
    const hosts = await this.newHosts('triage');
    if (typeof hosts === 'string') return hosts;
    return this.openRoot(hosts[0] as Host, { task: { grants: [], lifetimeSeconds: 1_200 } });
  }

  /** A child in the same process. */
  async delegate(parent: SessionInWorld, task?: TaskAsk): Promise<SessionInWorld | Reason> {
    const key = this.newKey();
    const caller = this.callerOf(parent, key.thumbprint);
    if (caller === undefined) return 'session_unknown';
    const ask = { key: key.thumbprint, task };
    const done = await this.run(this.verbs.delegateSession, ask, caller);
    return done.ok ? { id: done.value.id, key } : done.error.reason;
  }

  async childToken(
    parent: SessionInWorld,
    workload: string,
    task?: TaskAsk,
  ): Promise<{ readonly text: string; readonly expiresAt: number } | Reason> {
    const caller = this.callerOf(parent);
    if (caller === undefined) return 'session_unknown';
    const done = await this.run(this.verbs.createChildJoinToken, { workload, task }, caller);
    if (!done.ok) return done.error.reason;
    return { text: done.value.childJoinToken, expiresAt: done.value.expiresAt };
  }

  /** Issues by the real command; by default to read contacts. */
  async issue(
    session: SessionInWorld,
    lifetimeSeconds = 0,
    asked: Omit<AskInWorld, 'lifetimeSeconds'> = { audience: worldAudience, scopes: [worldScope] },
  ): Promise<IssuedInWorld | Reason> {
    if (this.hasNewKeys) await this.publishKeys();
    const caller = this.callerOf(session);
    if (caller === undefined) return 'session_unknown';
    const scopes = asked.scopes as unknown as TokenClaims['scopes'];
    const ask = { audience: asked.audience, scopes, lifetimeSeconds };
    const issued = await this.run(this.verbs.issueToken, ask, caller);
    if (!issued.ok) return issued.error.reason;
    const parsed = parseToken(issued.value.token);
    if (!parsed.ok) throw new Error(parsed.error);
    const { unverifiedClaims: claims, keyId } = parsed.value;
    return { token: issued.value.token, claims, keyId, key: session.key };
  }

  async renew(session: SessionInWorld): Promise<boolean> {
    return (await this.renewal(session)) === 'ok';
  }

  async renewal(session: SessionInWorld): Promise<'ok' | Reason> {
    const caller = this.callerOf(session);
    if (caller === undefined) return 'session_unknown';
    const done = await this.run(this.verbs.renewSession, {}, caller);
    return done.ok ? 'ok' : done.error.reason;
  }

  /** Binds a session to another key, vouched for by a machine; the session has the key from then on. */
  async rekey(session: SessionInWorld, host: Host): Promise<Revision | Reason> {
    const key = this.newKey();
    const caller = this.callerOf(session, key.thumbprint);
    if (caller === undefined) return 'session_unknown';
    const ask = { key: key.thumbprint, evidence: this.#evidence(host, key) };
    const done = await this.run(this.verbs.rekeySession, ask, caller);
    if (!done.ok) return done.error.reason;
    session.key = key;
    return done.value;
  }

  async end(session: SessionInWorld): Promise<Revision | Reason> {
    const caller = this.callerOf(session);
    if (caller === undefined) return 'session_unknown';
    const done = await this.run(this.verbs.endSession, {}, caller);
    return done.ok ? done.value : done.error.reason;
  }

  /** A session as the edge gives it to a verb; undefined when the broker does not know it any more. */
  callerOf({ id }: SessionInWorld, newKey?: Thumbprint): Caller | undefined {
    const session = this.store.session(id);
    if (session === undefined) return undefined;
    const roles = new Set<never>();
    return { kind: 'session', session, roles, ...(newKey !== undefined && { newKey }) };
  }

  async #open(
    host: Host,
    declared: Omit<OpenSessionAsk, 'evidence'>,
  ): Promise<SessionInWorld | Reason> {
    const key = this.newKey();
    const evidence = this.#evidence(host, key);
    const caller = { kind: 'new-key' as const, key: key.thumbprint, jwk: key.jwk };
    const opened = await this.run(this.verbs.openSession, { ...declared, evidence }, caller);
    if (!opened.ok) return opened.error.reason;
    host.isRedeemed = true;
    return { id: opened.value.session.id, key };
  }

  #evidence(host: Host, key: TestKey) {
    this.#asserted += 1;
    return evidenceOf(host, {
      issuer: testIdentity.issuer,
      sessionKey: key.thumbprint,
      nowSeconds: this.clock.seconds,
      nonce: this.verbs.nonce(),
      id: `assertion ${this.#asserted}`,
    });
  }

  /** Runs a verb and notes its refusal. */
  protected async run<Ask, Answer>(
    verb: Command<Ask, Answer>,
    ask: Ask,
    caller: Caller,
  ): Promise<Result<Answer, Denial>> {
    const call: Call = { requestId: 'world', now: this.clock.now(), address: '', caller };
    const done = await verb(ask, call);
    if (!done.ok) this.denials.push({ denial: done.error, caller });
    return done;
  }
}
