import { ok, type Result, type Revision, refuse, type SessionId } from '@creance/proto';
import type { Sighting } from '../../domain/action.js';
import type { Instant } from '../../domain/instant.js';
import type { Registry } from '../../domain/registry.js';
import type { Session } from '../../domain/session.js';
import { sessionIdOf } from '../../doubles/ids.js';
import { registryOf, resourceOf, workloadOf } from '../../doubles/registries.js';
import { sessionOf } from '../../doubles/sessions.js';
import type { RiskHeld, RiskHold } from '../../store/store.js';
import type { AllowanceHit } from '../live/allowance.js';
import { noteJudged } from '../live/history.js';
import type { Decision, LiveSession } from '../live/live-session.js';
import { Networks } from '../live/networks.js';
import { Watch } from '../live/watch.js';
import { Engine } from '../watch/engine.js';
import { KeptInMemory } from './kept-watch.js';

const startMillis = Date.UTC(2026, 0, 5);

/** For tests: what a calm agent of the stand does: look, read, answer. */
export const calmSteps: readonly string[] = [
  'crm search',
  'crm read',
  'crm read',
  'mail draft',
  'mail send',
  'crm note',
];

/** For tests: a live watch over sessions in memory, whose time is that of the sightings. */
export class WatchStand {
  readonly held: RiskHold[] = [];
  readonly decisions: Decision[] = [];
  readonly capped: AllowanceHit[] = [];
  readonly faults: unknown[] = [];
  /** Lines of the history, as they are taken. */
  readonly lines: string[] = [];
  /** Refusals of the store that come before anything is written. */
  readonly refusals: ('store_busy' | 'store_failed')[] = [];
  readonly watch: Watch;
  readonly engine: Engine = new Engine();
  /** Runs what was put off, as time does. */
  readonly later: (() => void)[] = [];
  registry: Registry = registryOf({
    resources: ['crm', 'mail', 'vault', 'payments'].map((name) => resourceOf({ name })),
  });
  #millis = startMillis;
  #count = 0;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #kept = new KeptInMemory();

  /** Sightings and asks are judged at once, or when what was put off runs. */
  constructor(allowance = { perWorkload: 10, perOwner: 30, perResource: 30 }, holdMillis = 0) {
    const history = { take: (write: () => string) => void this.lines.push(write()) };
    this.watch = new Watch({
      engine: this.engine,
      store: {
        path: (id) => this.#pathOf(id),
        suspendForRisk: async (ask) => this.#hold(ask),
      },
      registry: () => this.registry,
      networks: new Networks({ asn: undefined, city: undefined, providerAsns: new Set() }),
      now: () => (this.#millis * 1_000) as Instant,
      wait: async () => {},
      order: {
        holdMillis,
        most: 100,
        nowMillis: () => this.#millis,
        later: (run) => void this.later.push(run),
      },
      allowance,
      refusedKept: 100,
      onJudged: (session, workload, action) => noteJudged(history, session, workload, action),
      onDecision: (_session: LiveSession, decision) => void this.decisions.push(decision),
      onCapped: (hit) => void this.capped.push(hit),
      onFault: (fault) => void this.faults.push(fault),
    });
  }

  /** Replaces the stand's only workload. */
  setWorkload(parts: Parameters<typeof workloadOf>[0]): void {
    this.registry = {
      ...this.registry,
      workloads: new Map([['support-triage', workloadOf(parts)]]),
    };
  }

  /** Opens a session of the workload, below another one. */
  open(name: string, parent?: SessionId, parts: Partial<Session> = {}): SessionId {
    const id = sessionIdOf(name);
    this.#sessions.set(id, sessionOf(name, { parent, ...parts }));
    return id;
  }

  /** Lets time pass. */
  pass(millis: number): void {
    this.#millis += millis;
  }

  /** A sighting of a step such as `crm read`, by its resource, but for what is named. */
  see(session: SessionId, step: string, parts: Partial<Sighting> = {}): void {
    const [resource = '', action = ''] = step.split(' ');
    this.watch.take(this.sighting(session, resource, action, parts));
  }

  /** The same, not taken. */
  sighting(
    session: SessionId,
    resource: string,
    action: string,
    parts: Partial<Sighting> = {},
  ): Sighting {
    this.#count += 1;
    return {
      id: `action-${this.#count}`,
      strength: 'strong',
      witness: sessionIdOf(`verifier of ${resource}`),
      resource,
      audience: `https://${resource}.example.internal`,
      session,
      action,
      outcome: 'allowed',
      refusal: undefined,
      at: (this.#millis * 1_000) as Instant,
      seenMillis: this.#millis,
      vantage: { origin: true, destination: true, outcome: true },
      proof: undefined,
      foreignProof: undefined,
      destinations: [],
      network: '192.0.2.0/24',
      client: 'agent-sdk',
      ...parts,
    };
  }

  /** Plays calm sessions to their end, so that the workload has a history. */
  learn(sessions = 30): void {
    for (let nth = 0; nth < sessions; nth += 1) {
      const id = this.open(`calm ${nth}`);
      for (const step of calmSteps) {
        this.pass(4_000 + ((nth * 700) % 1_500));
        this.see(id, step);
      }
      this.end(id);
    }
  }

  /** Ends a session, and lets the watch see that: at once, and again so much later. */
  end(id: SessionId, laterMillis = 2_000): void {
    this.#sessions.set(id, { ...(this.#sessions.get(id) as Session), end: 'ended' });
    this.watch.sweep(1_000);
    this.pass(laterMillis);
    this.watch.sweep(1_000);
  }

  /** Keeps what has changed, as the broker does once a second. */
  keep(): void {
    this.#kept.keep(this.watch, this.engine);
  }

  /** The same stand after a restart: nothing is left but what was kept. */
  restarted(): WatchStand {
    const again = new WatchStand();
    again.registry = this.registry;
    again.#millis = this.#millis;
    again.#count = this.#count;
    for (const [id, session] of this.#sessions) again.#sessions.set(id, session);
    this.#kept.restore(again.watch);
    return again;
  }

  #hold(ask: RiskHold): Result<RiskHeld, 'store_busy' | 'store_failed'> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return refuse(refusal);
    this.held.push(ask);
    const session = ask.tree ? (this.#pathOf(ask.session)[0]?.id ?? ask.session) : ask.session;
    return ok({ session, revision: this.held.length as unknown as Revision, sessionsEnded: 1 });
  }

  #pathOf(id: SessionId): readonly Session[] {
    const path: Session[] = [];
    for (let at: SessionId | undefined = id; at !== undefined; ) {
      const session: Session | undefined = this.#sessions.get(at);
      if (session === undefined) return [];
      path.unshift(session);
      at = session.parent;
    }
    return path;
  }
}
