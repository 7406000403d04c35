import { hashText } from './hash.js';
import { type Names, otherName } from './names.js';
import { isFolded } from './sound-action.js';

/** An action of a workload by its names, with what a look at it needs of them. */
export interface NamedAction {
  readonly resource: string;
  readonly action: string;
  /** Both, as they are learned. */
  readonly name: string;
  /** Number among the workload's actions. */
  readonly id: number;
  readonly hash: number;
  readonly systemHash: number;
  /** `name>destination` by destination, for those that were looked at first. */
  readonly pairs: Map<string, string>;
  /** What the history says of it, as of a revision of the history. */
  facts: ActionFacts | undefined;
}

/** What a workload's history says of an action. */
export interface ActionFacts {
  readonly revision: number;
  readonly isKnownSystem: boolean;
  readonly isKnown: boolean;
  /** What being allowed and being refused add to the sequential test on refusals. */
  readonly allowed: number;
  readonly refused: number;
}

/** Pairs of one action that are kept ready. */
const readyPairs = 32;

/** An action with a destination, as it is learned: the same text each time for the destinations seen first. */
export function pairOf({ name, pairs }: NamedAction, destination: string): string {
  const ready = pairs.get(destination);
  if (ready !== undefined) return ready;
  const pair = `${name}>${destination}`;
  if (pairs.size < readyPairs) pairs.set(destination, pair);
  return pair;
}

/** The actions of a workload, found by resource and action without joining the two. */
export class NamedActions {
  readonly #names: Names;
  readonly #byResource = new Map<string, Map<string, NamedAction>>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** One that has a number and was looked at before. */
  find(resource: string, action: string): NamedAction | undefined {
    return this.#byResource.get(resource)?.get(action);
  }

  /** One that may be new. It gets a number when it may be learned; otherwise only if it has one. */
  name(resource: string, action: string, learns: boolean): NamedAction {
    const name = `${resource} ${action}`;
    const isKept = learns && !isFolded(resource) && !isFolded(action);
    const id = isKept ? this.#names.idOf(name) : this.#names.knownId(name);
    const hashes = { hash: hashText(name), systemHash: hashText(resource) };
    const named: NamedAction = {
      resource,
      action,
      name,
      id,
      ...hashes,
      pairs: new Map(),
      facts: undefined,
    };
    if (id !== otherName) this.#keep(named);
    return named;
  }

  /** Bounded by the names: only what has a number is kept. */
  #keep(named: NamedAction): void {
    const actions = this.#byResource.get(named.resource);
    if (actions === undefined)
      this.#byResource.set(named.resource, new Map([[named.action, named]]));
    else actions.set(named.action, named);
  }
}
