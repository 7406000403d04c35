import type { Reason, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { CutAsk } from '../../broker/src/commands/cut.js';
import type { AuditEvent, AuditKind } from '../../broker/src/domain/audit.js';
import type { CutDone, RiskHeld, RiskHold, TheftAnswered } from '../../broker/src/store/store.js';
import { firstPolicy, registryFor, type WorldPolicy } from './world-policy.js';
import { type SessionInWorld, WorldSessions, worldOperator } from './world-sessions.js';
import { type WorldOptions, WorldStage } from './world-stage.js';

export type { SessionInWorld } from './world-sessions.js';

/** A reason that every act of an operator in the world gives. */
const reason = 'as the history has it';

/** The broker's verbs as a history calls them, those of operators and of the broker itself included. */
export class World extends WorldSessions {
  static open(options: WorldOptions = {}): Promise<World> {
    return WorldStage.stage(options, (under) => new World(under, options));
  }

  /** Cuts anything that can be cut. */
  async cutTarget(target: CutAsk['target']): Promise<CutDone | Reason> {
    const done = await this.run(this.verbs.cut, { target, reason }, worldOperator);
    return done.ok ? done.value : done.error.reason;
  }

  async cut({ id }: SessionInWorld): Promise<Revision> {
    const done = await this.cutTarget({ kind: 'session', id });
    if (typeof done === 'string') throw new Error(done);
    return done.revision;
  }

  async cutBefore(before: Revision | undefined): Promise<CutDone> {
    const done = await this.cutTarget({ kind: 'before', before });
    if (typeof done === 'string') throw new Error(done);
    return done;
  }

  async suspend({ id }: SessionInWorld): Promise<CutDone | Reason> {
    const done = await this.run(this.verbs.suspend, { id, reason }, worldOperator);
    return done.ok ? done.value : done.error.reason;
  }

  /** Gives how many sessions it lets go. */
  async resume({ id }: SessionInWorld): Promise<number | Reason> {
    const done = await this.run(this.verbs.resume, { id, reason }, worldOperator);
    if (!done.ok) return done.error.reason;
    if ('waits' in done.value) throw new Error('nobody else is needed in the world');
    return done.value.sessionsResumed;
  }

  /** Kills the tokens of a session and of those below it, as after a leak. */
  async cutTokens({ id }: SessionInWorld): Promise<Revision | Reason> {
    const now = this.clock.now();
    const audit = this.#event('tokens_cut', id);
    const done = await this.store.cutTokens({ session: id, now, audit });
    return done.ok ? done.value : done.error;
  }

  /** Answers the fact that the key of a session is cloned. */
  async answerTheft({ id }: SessionInWorld): Promise<TheftAnswered | Reason> {
    const now = this.clock.now();
    const audit = this.#event('theft_answered', id);
    const done = await this.store.answerTheft({ session: id, now, audit });
    return done.ok ? done.value : done.error;
  }

  /** Holds a session for its risk, as the watch does. */
  async suspendForRisk(
    { id }: SessionInWorld,
    how: Pick<RiskHold, 'tree' | 'holdEvidence'>,
  ): Promise<RiskHeld | Reason> {
    const now = this.clock.now();
    const audit = this.#event('risk_suspended', id);
    const done = await this.store.suspendForRisk({ session: id, ...how, now, audit });
    return done.ok ? done.value : done.error;
  }

  /** Cuts the key that signs now; gives the keys that were cut. */
  async compromiseKey(): Promise<readonly Thumbprint[] | Reason> {
    if (this.hasNewKeys) await this.publishKeys();
    const keyId = this.keys.ring.signerAt(this.clock.seconds)?.keyId;
    if (keyId === undefined) return 'clock_unsafe';
    const done = await this.run(this.verbs.compromiseKey, { keyId, reason }, worldOperator);
    return done.ok ? done.value.cutKeyIds : done.error.reason;
  }

  /** Puts a policy in force; gives how many sessions that ended. */
  async setPolicy(policy: WorldPolicy): Promise<number> {
    this.policy = policy;
    this.registry = registryFor(policy);
    const done = await this.run(this.verbs.changeRegistry, this.registry, { kind: 'broker' });
    if (!done.ok) throw new Error(done.error.reason);
    return done.value.sessionsEnded;
  }

  /** Changes the lifetime of the grant that roots use, or takes the grant away. */
  async changePolicy(lifetimeSeconds: number | undefined): Promise<void> {
    const { triage } = firstPolicy;
    const grants = triage?.grants.slice(0, 1).map((grant) => ({ ...grant, lifetimeSeconds }));
    const kept = lifetimeSeconds === undefined ? [] : grants;
    await this.setPolicy({ ...firstPolicy, triage: { ...triage, grants: kept } } as WorldPolicy);
  }

  #event<Kind extends AuditKind>(kind: Kind, session: SessionId): AuditEvent & { kind: Kind } {
    return { kind, at: this.clock.now(), actor: 'broker', session, facts: {} };
  }
}
