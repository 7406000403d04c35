import { type LimitName, limits } from '../domain/limits.js';
import type { KeptRefusal } from '../domain/refusal.js';
import { FairRing, type LetGo } from './fair-ring.js';

/** Bounds of the refusals that are kept. */
export type RefusalBounds = Pick<
  typeof limits,
  'refusalsOfMembers' | 'refusalsPerMember' | 'refusalsOfStrangers' | 'refusalsPerAddress'
>;

/** Who has caused a refusal: a member by its name, a stranger by its address. */
export interface Cause {
  readonly isStranger: boolean;
  readonly name: string;
}

/**
 * The latest refusals, in memory, by request id. Members and strangers have rings of their own, and in each
 * nobody takes more than a share: a flood of strangers pushes out no member's, nor one member's another's
 * (law 9). What is let go is counted under the bound's name.
 */
export class KeptRefusals {
  readonly #ofMembers: FairRing<KeptRefusal>;
  readonly #ofStrangers: FairRing<KeptRefusal>;
  readonly #byRequest = new Map<string, KeptRefusal>();
  readonly #onLetGo: (bound: LimitName) => void;

  constructor(
    onLetGo: (bound: LimitName) => void,
    bounds: Readonly<Record<keyof RefusalBounds, number>> = limits,
  ) {
    this.#onLetGo = onLetGo;
    const { refusalsPerMember, refusalsOfMembers, refusalsPerAddress, refusalsOfStrangers } =
      bounds;
    this.#ofMembers = new FairRing({ lane: refusalsPerMember, all: refusalsOfMembers });
    this.#ofStrangers = new FairRing({ lane: refusalsPerAddress, all: refusalsOfStrangers });
  }

  /** Refusals that are kept. */
  get size(): number {
    return this.#byRequest.size;
  }

  /** Keeps a refusal in the share of whoever caused it. */
  note(refusal: KeptRefusal, { isStranger, name }: Cause): void {
    // Calls beyond a rate say little and come in crowds: they do not push out what their caller did before.
    const lane = refusal.reason === 'rate_limited' ? `rate of ${name}` : name;
    if (isStranger) {
      const gone = this.#ofStrangers.put(lane, refusal);
      this.#forget(gone, { lane: 'refusalsPerAddress', all: 'refusalsOfStrangers' });
    } else {
      const gone = this.#ofMembers.put(lane, refusal);
      this.#forget(gone, { lane: 'refusalsPerMember', all: 'refusalsOfMembers' });
    }
    this.#byRequest.set(refusal.requestId, refusal);
  }

  /** The refusal of a request; undefined when it is not kept, or never was. */
  find(requestId: string): KeptRefusal | undefined {
    return this.#byRequest.get(requestId);
  }

  #forget(
    gone: LetGo<KeptRefusal> | undefined,
    names: Readonly<Record<LetGo<KeptRefusal>['bound'], LimitName>>,
  ): void {
    if (gone === undefined) return;
    this.#byRequest.delete(gone.item.requestId);
    this.#onLetGo(names[gone.bound]);
  }
}
