import type { SessionId } from '@creance/proto';
import type { CutDone } from './cut-asks.js';
import type { SessionWrite } from './session-asks.js';

/** A session to hold for its risk. */
export interface RiskHold extends SessionWrite {
  /** Whether its root is held too, and with it the whole tree. */
  readonly tree: boolean;
  /**
   * Whether the evidence is held, so that nobody comes back with it: the session's own; of a tree, that of
   * every session of the path.
   */
  readonly holdEvidence: boolean;
}

/** What a hold for risk did. */
export interface RiskHeld extends CutDone {
  /** The topmost session that is held by it: itself, or its root. */
  readonly session: SessionId;
}

/** What the watch keeps over a restart: histories and scopes asked for by workload, and states by session. */
export type WatchKind = 'profile' | 'asked' | 'session';

/** One piece of what the watch keeps, by the name of a workload or the id of a session. */
export interface WatchRow {
  readonly kind: WatchKind;
  readonly name: string;
  /** At most `limits.watchRowBytes`; undefined forgets it. */
  readonly bytes: Uint8Array | undefined;
}

/** A piece of what the watch has kept. */
export interface KeptWatch {
  readonly name: string;
  readonly bytes: Uint8Array;
}
