import type { SessionId } from '@creance/proto';
import type { IssuedInWorld } from '../support/world-verifier.js';
import type { Pen } from './pen.js';

/** What a verifier was sent, byte for byte. */
export interface Overheard {
  readonly token: string;
  readonly proof: string;
}

/** A copy of a session's key. */
export interface StolenKey {
  readonly session: SessionId;
  readonly pen: Pen;
}

/** What the thief has; and, for whoever judges, what was ever stolen. */
export class Thief {
  readonly tokens: IssuedInWorld[] = [];
  readonly keys: StolenKey[] = [];
  readonly uses: Overheard[] = [];
  readonly childTokens: string[] = [];
  /** Sessions whose key the thief has shown to somebody. */
  readonly keysShown: Set<SessionId> = new Set();
  /** Sessions of which the thief has shown a token with a key that is not its own. */
  readonly leaksShown: Set<SessionId> = new Set();

  overhear(use: Overheard): void {
    this.uses.push(use);
    if (this.uses.length > 20) this.uses.shift();
  }
}
