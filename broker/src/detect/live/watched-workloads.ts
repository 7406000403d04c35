import type { Workload } from '../../domain/registry.js';
import type { Engine } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import type { WorkloadProfile } from '../watch/workload-profile.js';
import { AskedScopes } from './asked-scopes.js';
import { silentRules } from './modes.js';

/** What is known of workloads: their histories, what they ask for, and what is declared of them. */
export class WatchedWorkloads {
  /** What calm sessions have asked for. */
  readonly asked: AskedScopes = new AskedScopes();
  readonly #engine: Pick<Engine, 'profile'>;
  readonly #profiles = new Map<string, WorkloadProfile>();
  readonly #envelopes = new WeakMap<Workload, Envelope>();

  constructor(engine: Pick<Engine, 'profile'>) {
    this.#engine = engine;
  }

  /** The histories by workload. */
  profiles(): ReadonlyMap<string, WorkloadProfile> {
    return this.#profiles;
  }

  /** Takes a history that was kept. */
  restoreProfile(workload: string, profile: WorkloadProfile): void {
    this.#profiles.set(workload, profile);
  }

  /** The history of a workload; a new one when there is none of its class. */
  profileOf({ name, class: kind }: Workload): WorkloadProfile {
    const found = this.#profiles.get(name);
    if (found?.kind === kind) return found;
    const profile = this.#engine.profile(kind);
    this.#profiles.set(name, profile);
    return profile;
  }

  /** What is declared of a workload as the registry has it now, and the rules that are not enforced. */
  envelopeOf(workload: Workload): Envelope {
    const found = this.#envelopes.get(workload);
    if (found !== undefined) return found;
    const made = new Envelope(workload.pace, silentRules(workload.responses));
    this.#envelopes.set(workload, made);
    return made;
  }
}
