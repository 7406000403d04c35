import type { Level } from '../domain/risk.js';
import type { SessionRow } from './sessions.js';

/** One session with all that is known of it, as the command shows it. */
export interface ShownDetail {
  readonly session: SessionRow;
  readonly contact: string;
  readonly escalation: string;
  /** The root first. */
  readonly above: readonly SessionRow[];
  readonly children: readonly SessionRow[];
  readonly sessionsBelow: number;
  readonly key: string;
  /** Null when it is held or has ended. */
  readonly idleEnd: string | null;
  /** Why it may not act; null while it may, and when no record of it was found. */
  readonly cause: ShownCause | null;
  readonly evidence: ShownEvidence;
  readonly mayAsk: readonly ShownReach[];
  /** What it was opened for; null when no task was declared. */
  readonly task: readonly ShownReach[] | null;
  /** What the watch knows; null when it knows nothing. */
  readonly risk: ShownRisk | null;
}

/** Who has ended or held a session, and why. */
export interface ShownCause {
  readonly kind: string;
  readonly reason: string;
  readonly author: string;
  readonly at: string;
  readonly revision: number;
  readonly request: string;
}

/** What a session was opened with. */
export interface ShownEvidence {
  readonly kind: string;
  readonly key: string;
  /** The handle of the join token that has registered it. */
  readonly joinToken: string;
  readonly isOwn: boolean;
  readonly network: string;
}

/** What may be asked for at a resource. */
export interface ShownReach {
  readonly resource: string;
  readonly scopes: readonly string[];
}

/** What the watch knows. */
export interface ShownRisk {
  readonly level: Level;
  readonly risk: number;
  readonly peak: number;
  readonly latest: readonly {
    readonly at: string;
    readonly resource: string;
    readonly action: string;
    readonly outcome: 'allowed' | 'refused';
    readonly risk: number;
  }[];
}
