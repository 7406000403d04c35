import type { Revision } from '@creance/proto';
import type { Happening, Occurrence } from '../domain/event.js';
import { limits } from '../domain/limits.js';

/** Rows of one commit of the log, by their first and last revision, on their way to the verifiers. */
export interface EnforcedRows {
  readonly first: Revision;
  readonly last: Revision;
  /** Verifiers that were subscribed at the commit. */
  readonly subscribed: number;
  /** How many of them have said that they enforce it. */
  readonly enforcing: number;
}

/** Parts of the follower. */
export interface EnforcementParts {
  /** Tells it of whom the cut was: whoever watches one workload wants to know when its cut is enforced. */
  readonly publish: (
    what: Extract<Happening, { kind: 'enforced' | 'enforced_by_all' }>,
    cut: Occurrence,
  ) => void;
  /** Called when a cut is not followed to its end for want of room. */
  readonly limitHit: (name: 'enforcementsFollowed') => void;
}

/**
 * Tells which cuts and holds verifiers enforce, as the feed measures it. Other rows of the log, such as ends
 * in order, are nobody's business here.
 */
export class Enforcement {
  readonly #parts: EnforcementParts;
  /** Cuts and holds that were told of, ascending. */
  #told: { readonly revision: Revision; readonly cut: Occurrence }[] = [];

  constructor(parts: EnforcementParts) {
    this.#parts = parts;
  }

  /** A cut or hold was committed. */
  follow(revision: Revision, cut: Occurrence): void {
    this.#told.push({ revision, cut });
    if (this.#told.length <= limits.enforcementsFollowed) return;
    this.#told.shift();
    this.#parts.limitHit('enforcementsFollowed');
  }

  /** A verifier has said that it enforces these rows. Of many only all together are told. */
  enforced(rows: EnforcedRows, resource: string, millis: number): void {
    if (rows.subscribed > limits.enforcersTold) return;
    for (const { revision, cut } of this.#in(rows))
      this.#parts.publish(
        { kind: 'enforced', resource, revision, millis: Math.round(millis) },
        cut,
      );
  }

  /**
   * Every verifier that was subscribed at the commit has said so, or has left. Whoever was there at an
   * earlier commit was also there at this one, so that nothing earlier is waited for any more.
   */
  enforcedByAll(rows: EnforcedRows, millis: number): void {
    const verifiers = rows.enforcing;
    for (const { revision, cut } of this.#in(rows))
      this.#parts.publish(
        { kind: 'enforced_by_all', verifiers, revision, millis: Math.round(millis) },
        cut,
      );
    this.#told = this.#told.filter(({ revision }) => revision > rows.last);
  }

  #in({ first, last }: EnforcedRows) {
    return this.#told.filter(({ revision }) => revision >= first && revision <= last);
  }
}
