import type { Pace, WatchRule } from '../../domain/registry.js';
import type { SessionSlab } from './session-slab.js';
import { floats } from './state-layout.js';

/** Turns in a row that are allowed at least, whatever is declared. */
const turnsPrior = 10;

/** What a workload's owner has declared of its pace and its ways. Holds from the first action on. */
export class Envelope {
  readonly #pace: Pace | undefined;
  readonly #silent: ReadonlySet<WatchRule>;

  /** `silent` are the rules whose evidence does not count. */
  constructor(pace: Pace | undefined, silent: ReadonlySet<WatchRule> = new Set()) {
    this.#pace = pace;
    this.#silent = silent;
  }

  /** Whether there is any rule whose evidence does not count. */
  get hasSilent(): boolean {
    return this.#silent.size > 0;
  }

  /** Whether the evidence of a rule does not count. */
  silences(rule: WatchRule): boolean {
    return this.#silent.has(rule);
  }

  /** Distinct destinations a minute; undefined when nothing is declared. */
  get fanout(): number | undefined {
    return this.#pace?.fanout;
  }

  /** Calls of one turn; undefined when nothing is declared. */
  get burst(): number | undefined {
    return this.#pace?.burst;
  }

  /** Whether a resource is one that is not declared. */
  excludesSystem(resource: string): boolean {
    return this.#pace?.systems !== undefined && !this.#pace.systems.has(resource);
  }

  /** Whether steps are declared at all. */
  get hasSteps(): boolean {
    return this.#pace?.transitions !== undefined;
  }

  /** Whether a step, from and to `resource.action`, is one that is not declared. */
  excludesStep(from: string, to: string): boolean {
    return this.#pace?.transitions !== undefined && !this.#pace.transitions.has(`${from}>${to}`);
  }

  /** Whether the owner has named all of these destinations at a resource; undefined when none are named. */
  declares(resource: string, destinations: readonly string[]): boolean | undefined {
    const declared = this.#pace?.destinations?.get(resource);
    return declared && destinations.every((one) => declared.has(one));
  }

  /**
   * Takes a turn from the allowance: a bucket that fills by `turnsPerMinute` and holds a quarter of a
   * minute's, ten at least. Gives by how much it is overdrawn, as a share of what it holds.
   */
  overPace(slab: SessionSlab, atMillis: number, lastMillis: number): number {
    const perMinute = this.#pace?.turnsPerMinute;
    if (perMinute === undefined) return 0;
    const holds = Math.max(turnsPrior, perMinute / 4);
    const filled = ((atMillis - lastMillis) / 60_000) * perMinute;
    const drawn = Math.max(0, slab.figure(floats.bucket) - filled) + 1;
    slab.setFigure(floats.bucket, Math.min(drawn, 3 * holds));
    return Math.max(0, drawn / holds - 1);
  }
}
