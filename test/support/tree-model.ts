import type { WorldPolicy } from './world-policy.js';

/**
 * What must be so in a tree, written from the design's words and not from the code: names in place of
 * handles, marks in place of rows. Instants are Unix microseconds.
 */
export interface ModelSession {
  /** Its id. */
  readonly name: string;
  readonly parent: ModelSession | undefined;
  readonly workload: string;
  /** Thumbprint of the key of now. */
  key: string;
  readonly evidence: ModelEvidence;
  readonly ownEvidence: boolean;
  /** Everything but sessions whose cut ends it, as `kind:name`. */
  readonly handles: readonly string[];
  readonly task: ModelTask | undefined;
  /** Head of the log when it was opened. */
  readonly openedRevision: number;
  readonly absoluteEnd: number;
  /** Its last activity lies between these two: a restart forgets some seconds of it. */
  activeFrom: number;
  activeTo: number;
  /** When the last hold that had taken it along has ended: it may count as activity. */
  restedUntil: number;
  end: 'revoked' | 'ended' | 'expired' | undefined;
  /** Whether it had run out by the clock at any time: a clock that is set back revives it until a sweep. */
  lapsed: boolean;
  /**
   * Whether its end kills all its tokens: an idle end only has a row while tokens live, and a cut of all
   * before a revision leaves those that were issued at that revision or later.
   */
  endKillsTokens: boolean;
  /** Whether it is held itself, and the revision at which its hold began. */
  held: boolean;
  heldRevision: number;
  heldAt: number;
  /** For what, the strictest that was said; of a hold by the watch, whether it has another key since. */
  heldFor: HoldCause | undefined;
  isRevalidated: boolean;
}

/** For what a session is held, the strictest last. */
export type HoldCause = (typeof holdCauses)[number];
const holdCauses = ['operator', 'theft', 'watch'] as const;

/** Scopes by resource; nothing else may be asked for. */
export type ModelTask = Readonly<Record<string, readonly string[]>>;

/** The key of a machine. */
export interface ModelEvidence {
  readonly key: string;
  readonly workload: string;
  /** The join token that registered it, by a name of ours. */
  readonly issuer: string;
  /** Until when the join token may be redeemed. */
  readonly redeemUntil: number;
  isRedeemed: boolean;
  isCut: boolean;
  heldUntil: number;
  /** Thefts that were answered with it, and the revision of the last answer. */
  thefts: number;
  theftRevision: number;
  /** Times that the watch has held it, and the revision of the last. */
  watchHolds: number;
  watchRevision: number;
}

/** A child join token. */
export interface ModelChildToken {
  readonly text: string;
  readonly parent: ModelSession;
  readonly workload: string;
  readonly task: ModelTask | undefined;
  readonly absoluteEnd: number;
  readonly expiresAt: number;
  isUsed: boolean;
  /** Whether its parent has another key since, by a revalidation. */
  isVoid: boolean;
}

/** Bounds of the world, by the names of the broker's. */
export interface ModelBounds {
  readonly sessionDepth: number;
  readonly childrenPerSession: number;
  readonly sessionsPerTree: number;
  readonly sessionsPerMember: number;
}

/** Seconds without activity after which a session has idled out. */
export const idleSeconds = 600;

/** Microseconds. */
export const second = 1_000_000;

/** Seconds of activity that a restart may forget, to both sides of a stepped clock. */
const forgottenSeconds = 30;

/** A model of all trees of one world. */
export class TreeModel {
  policy: WorldPolicy;
  readonly bounds: ModelBounds;
  readonly sessions: ModelSession[] = [];
  readonly evidence: ModelEvidence[] = [];
  readonly childTokens: ModelChildToken[] = [];
  /** What was cut: the highest revision of each handle, and whether it is absolute. */
  readonly cuts: Map<string, { revision: number; absolute: boolean }> = new Map();
  readonly cutKeys: Set<string> = new Set();
  /** Everything opened or issued before this is over. */
  before = 0;

  constructor(policy: WorldPolicy, bounds: ModelBounds) {
    this.policy = policy;
    this.bounds = bounds;
  }

  session(name: string): ModelSession | undefined {
    return this.sessions.find((session) => session.name === name);
  }

  /** Notes a cut of a handle; whoever was opened before it has ended, and what hangs below with it. */
  cutHandle(handle: string, revision: number): void {
    this.#note(handle, revision, false);
    for (const session of this.sessions) {
      if (session.handles.includes(handle) && session.openedRevision < revision) {
        session.end ??= 'revoked';
        session.endKillsTokens = true;
      }
    }
    for (const evidence of this.evidence) {
      const own = [`evidence-key:${evidence.key}`, `evidence-issuer:${evidence.issuer}`];
      if (own.includes(handle)) evidence.isCut = true;
    }
  }

  cutBefore(revision: number): void {
    this.before = Math.max(this.before, revision);
    for (const session of this.sessions) {
      if (session.openedRevision < revision) session.end ??= 'revoked';
    }
  }

  /** Ends a session: for good whatever it was before when it is revoked. */
  end(session: ModelSession, as: 'revoked' | 'ended', revision: number): void {
    session.end = as === 'revoked' ? as : (session.end ?? as);
    session.endKillsTokens = true;
    this.#note(`session:${session.name}`, revision, true);
  }

  /** Kills tokens of a session and of those below it that were issued before. */
  killTokens(session: ModelSession, revision: number): void {
    this.#note(`session:${session.name}`, revision, false);
  }

  /** Holds a session itself, or gives a hold that is there a stricter cause. */
  hold(session: ModelSession, cause: HoldCause, at: { revision: number; now: number }): void {
    if (session.heldFor !== undefined) {
      const stricter = [session.heldFor, cause].map((each) => holdCauses.indexOf(each));
      session.heldFor = holdCauses[Math.max(...stricter)];
      return;
    }
    this.killTokens(session, at.revision);
    session.held = true;
    session.heldFor = cause;
    session.isRevalidated = false;
    session.heldRevision = at.revision;
    session.heldAt = at.now;
  }

  /** Another key for a session that the watch holds: what it had given out by the one before is gone. */
  revalidated(session: ModelSession, revision: number): void {
    session.isRevalidated = true;
    for (const child of this.sessions) {
      const isSharer = child.parent === session && !child.ownEvidence;
      if (isSharer && endOf(child) === undefined) this.end(child, 'ended', revision);
    }
    for (const token of this.childTokens)
      if (token.parent === session && !token.isUsed) token.isVoid = true;
  }

  /** Activity counts for a session and for everything above it. */
  active(session: ModelSession, now: number): void {
    for (const each of pathOf(session)) {
      each.activeFrom = now;
      each.activeTo = now;
    }
  }

  /** A resume is activity of whatever it lets go; what is above may have noticed. */
  resumed(session: ModelSession, now: number): void {
    for (const above of pathOf(session)) {
      above.activeFrom = Math.min(above.activeFrom, now);
      above.activeTo = Math.max(above.activeTo, now);
    }
    for (const below of this.subtreeOf(session)) {
      // The idle clock has rested; a hold revives nobody who had run out before.
      const idleAt = session.heldAt - idleSeconds * second;
      if (below.activeTo <= idleAt) continue;
      below.restedUntil = Math.max(below.restedUntil, now);
      below.activeTo = Math.max(below.activeTo, now);
      if (below.activeFrom > idleAt) below.activeFrom = now;
    }
  }

  restarted(): void {
    for (const session of this.sessions) {
      session.activeFrom -= forgottenSeconds * second;
      session.activeTo += forgottenSeconds * second;
    }
  }

  subtreeOf(session: ModelSession): ModelSession[] {
    return this.sessions.filter((each) => pathOf(each).includes(session));
  }

  treeOf(session: ModelSession): ModelSession[] {
    const [root] = pathOf(session);
    return this.sessions.filter((each) => pathOf(each)[0] === root);
  }

  #note(handle: string, revision: number, absolute: boolean): void {
    const known = this.cuts.get(handle);
    this.cuts.set(handle, {
      revision: Math.max(revision, known?.revision ?? 0),
      absolute: absolute || known?.absolute === true,
    });
  }
}

/** From the root to a session. */
export function pathOf(session: ModelSession): ModelSession[] {
  const path: ModelSession[] = [];
  for (let at: ModelSession | undefined = session; at !== undefined; at = at.parent) path.push(at);
  return path.reverse();
}

/** The end that holds for a session: its own, or that of one above it. */
export function endOf(session: ModelSession): ModelSession['end'] {
  return pathOf(session)
    .map(({ end }) => end)
    .findLast((end) => end !== undefined);
}

/** Whether a session or one above it is held. */
export function isHeld(session: ModelSession): boolean {
  return pathOf(session).some(({ held }) => held);
}
