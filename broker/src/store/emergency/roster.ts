import type { Operator, Registry, Resource } from '../../domain/registry.js';
import type { KnownMembers } from '../known-members.js';
import type { StoreIdentity } from '../store.js';

/**
 * Who may cut and who is to hear of it while there is no store: thumbprints, names, handles and roles. No secret:
 * whoever reads it can name what there is, and act as nobody.
 */
export interface Roster extends StoreIdentity, KnownMembers {
  readonly operators: readonly { readonly name: string; readonly roles: readonly string[] }[];
  readonly resources: readonly Pick<
    Resource,
    'name' | 'audience' | 'strictness' | 'maxStaleSeconds'
  >[];
}

/** Its file, in the folder of the marks. */
export const rosterName = 'roster.json';

const form = 'creance-roster-v1';

/** The roster of a broker as it is now. */
export function rosterOf(identity: StoreIdentity, registry: Registry, known: KnownMembers): Roster {
  return {
    ...identity,
    ...known,
    operators: [...registry.operators.values()].map(({ name, roles }) => {
      return { name, roles: [...roles] };
    }),
    resources: [...registry.resources.values()].map((resource) => {
      const { name, audience, strictness, maxStaleSeconds } = resource;
      return { name, audience, strictness, maxStaleSeconds };
    }),
  };
}

/** The text of its file. */
export function rosterText(roster: Roster): string {
  return `${JSON.stringify({ form, ...roster })}\n`;
}

/** The roster of a file's text; undefined when it is none. The file is the broker's own and is written whole. */
export function parseRoster(text: string): Roster | undefined {
  try {
    const { form: found, ...roster } = JSON.parse(text) as Roster & { form: string };
    const lists = [roster.operators, roster.resources, roster.members, roster.owners, roster.keys];
    return found === form && lists.every((list) => Array.isArray(list)) ? roster : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The registry of a broker without a store: operators with their roles, resources with how strict they are, and no
 * workload, since nothing is issued.
 */
export function registryOf(roster: Roster): Registry {
  const resources = roster.resources.map((resource): Resource => {
    return { ...resource, scopes: new Map(), canary: false, actions: new Map() };
  });
  const operators = roster.operators.map(({ name, roles }): Operator => {
    return { name, roles: new Set(roles) as Operator['roles'] };
  });
  const byName = <T extends { readonly name: string }>(all: readonly T[]) =>
    new Map(all.map((each) => [each.name, each]));
  return {
    issuer: roster.issuer,
    owners: new Map(),
    resources: byName(resources),
    resourceByAudience: new Map(resources.map((resource) => [resource.audience, resource])),
    workloads: new Map(),
    operators: byName(operators),
    hashDestination: () => {
      throw new Error('a broker without a store hashes no destination');
    },
  };
}
