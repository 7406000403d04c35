import type { ScopeSet } from '@creance/proto';
import type { Workload } from '../../domain/registry.js';

/** Scopes of one workload that are told apart: what is beyond is never called unused. */
export const scopesCounted = 4_000;

/** A granted scope as `resource scope`, and how many calm sessions ended since it is granted, and asked for it. */
export interface ScopeCount {
  readonly name: string;
  readonly sessions: number;
  readonly asked: number;
}

/** Granted scopes, each as `resource scope`. */
export interface UnaskedScopes {
  /** Not asked for by any of enough sessions. */
  readonly never: readonly string[];
  /** Not asked for by any of the few sessions since they were granted. */
  readonly untold: readonly string[];
}

/** A granted scope by name. */
function scopeName(resource: string, scope: string): string {
  return `${resource} ${scope}`;
}

const granted = new WeakMap<Workload['grants'], ReadonlySet<string>>();

/** The scopes that a workload is granted, `scopesCounted` at most. */
function grantedScopes({ grants }: Pick<Workload, 'grants'>): ReadonlySet<string> {
  const found = granted.get(grants);
  if (found !== undefined) return found;
  const names = grants.flatMap(({ resource, scopes }) =>
    scopes.map((scope) => scopeName(resource, scope)),
  );
  const made = new Set([...new Set(names)].slice(0, scopesCounted));
  granted.set(grants, made);
  return made;
}

/** Notes what of a workload's grants a session asks for; whether anything of it is new. */
export function noteAsked(
  asked: Set<string>,
  workload: Pick<Workload, 'grants'>,
  resource: string,
  scopes: ScopeSet,
): boolean {
  const known = grantedScopes(workload);
  const before = asked.size;
  for (const name of scopes.map((scope) => scopeName(resource, scope))) {
    if (known.has(name)) asked.add(name);
  }
  return asked.size > before;
}

/** What calm sessions of each workload have asked tokens for, of what it is granted. */
export class AskedScopes {
  readonly #of = new Map<string, ReadonlyMap<string, ScopeCount>>();
  readonly #changed = new Set<string>();

  /** Notes a session that ended calm, and the scopes that it has asked for. Scopes granted no more are forgotten. */
  note(workload: Pick<Workload, 'name' | 'grants'>, asked: ReadonlySet<string>): void {
    const before = this.#of.get(workload.name);
    const counts = new Map<string, ScopeCount>();
    for (const name of grantedScopes(workload)) {
      const count = before?.get(name) ?? { name, sessions: 0, asked: 0 };
      const more = asked.has(name) ? 1 : 0;
      counts.set(name, { name, sessions: count.sessions + 1, asked: count.asked + more });
    }
    this.#of.set(workload.name, counts);
    this.#changed.add(workload.name);
  }

  /** What of its grants a workload does not ask for, as far as `least` calm sessions each can tell. */
  unasked(workload: Pick<Workload, 'name' | 'grants'>, least: number): UnaskedScopes {
    const counts = this.#of.get(workload.name);
    const [never, untold]: [string[], string[]] = [[], []];
    for (const name of grantedScopes(workload)) {
      const { sessions, asked } = counts?.get(name) ?? { sessions: 0, asked: 0 };
      if (asked === 0) (sessions >= least ? never : untold).push(name);
    }
    return { never: never.sort(), untold };
  }

  /** The counts of a workload. */
  counts(workload: string): readonly ScopeCount[] {
    return [...(this.#of.get(workload)?.values() ?? [])];
  }

  /** Takes counts that were kept, `scopesCounted` at most. */
  restore(workload: string, counts: readonly ScopeCount[]): void {
    const kept = counts.slice(0, scopesCounted).map((count) => [count.name, count] as const);
    this.#of.set(workload, new Map(kept));
  }

  /** Workloads whose counts have changed since this was asked last. */
  takeChanged(): readonly string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** What could not be kept has changed still. */
  changedStill(workload: string): void {
    this.#changed.add(workload);
  }
}
