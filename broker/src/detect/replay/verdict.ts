import type { WatchMode } from '../../domain/registry.js';
import { type Level, reaches } from '../../domain/risk.js';
import { strongestFirst, type Term } from '../watch/terms.js';
import type { RecordedAction, RecordedSession } from './recorded-session.js';

/** Where a level was first reached: number of the event, and of the attacker's among his, from 0. */
export interface Reached {
  readonly event: number;
  /** Null when the attacker had done nothing yet. */
  readonly attackEvent: number | null;
}

const reported = ['observe', 'narrow', 'suspend', 'suspendTree', 'revoke'] as const;
type ReportedLevel = (typeof reported)[number];

/** One piece of evidence as the output tells it. */
export interface Signal extends Pick<Term, 'kind' | 'resource' | 'action' | 'added' | 'words'> {
  /** Number of the event that it is of. */
  readonly event: number;
}

/** One session's line of the output. */
export interface Verdict {
  readonly session: string;
  readonly dataset: string;
  readonly label: RecordedSession['label'];
  readonly attackKind: string | null;
  readonly events: number;
  readonly attackEvents: number;
  readonly maxRisk: number;
  readonly finalLevel: Level;
  /** `revoke` is always null: risk revokes nobody (law 11). */
  readonly at: Readonly<Record<ReportedLevel, Reached | null>>;
  /** The five strongest pieces of evidence. */
  readonly signals: readonly Signal[];
  /** How far the policy goes: in `shadow` and `alert` the levels are those that would have been. */
  readonly mode: WatchMode;
}

const signalsKept = 5;

/** Notes how the risk of one session goes. */
export class Tally {
  readonly #at: Record<ReportedLevel, Reached | null> = {
    observe: null,
    narrow: null,
    suspend: null,
    suspendTree: null,
    revoke: null,
  };
  #maxRisk = 0;
  #level: Level = 'calm';
  #attacks = 0;

  /** Takes what an action came to. */
  note({ isAttack, at: event }: RecordedAction, risk: number, level: Level): void {
    if (isAttack) this.#attacks += 1;
    this.#maxRisk = Math.max(this.#maxRisk, risk);
    this.#level = level;
    for (const each of reported) {
      if (this.#at[each] === null && reaches(level, each))
        this.#at[each] = { event, attackEvent: this.#attacks === 0 ? null : this.#attacks - 1 };
    }
  }

  /** The line of the session, with the evidence that it showed. */
  verdict(session: RecordedSession, mode: WatchMode, signals: readonly Signal[]): Verdict {
    return {
      session: session.id,
      dataset: session.dataset,
      label: session.label,
      attackKind: session.attackKind ?? null,
      events: session.actions.length,
      attackEvents: this.#attacks,
      maxRisk: this.#maxRisk,
      finalLevel: this.#level,
      at: this.#at,
      signals: strongestFirst(signals).slice(0, signalsKept),
      mode,
    };
  }
}
