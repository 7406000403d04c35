import type { RawSession } from '../raw-tree.js';

/** How a session must stand after a kill; `unsure` while a change of it has no answer yet. */
export type Standing = 'free' | 'held' | 'cut' | 'unsure';

/** A session that was opened, and what is known of it. */
export interface KnownSession {
  /** Its session, with the key that it is bound to. */
  raw: RawSession;
  readonly parent: KnownSession | undefined;
  standing: Standing;
  /** The key that a rekey without an answer may have bound it to. */
  maybeKey?: string;
}

/** What a broker has acknowledged, and so must have after any kill. */
export class Acknowledged {
  /** Ids of tokens that were issued. */
  readonly tokens: Set<string> = new Set();
  readonly sessions: Map<string, KnownSession> = new Map();
  /** Revision of the cut of a session. */
  readonly cuts: Map<string, bigint> = new Map();
  /** Versions of the manifest that were applied. */
  readonly versions: Set<string> = new Set();
  readonly counts: Record<Verb, number> = {
    open: 0,
    issue: 0,
    delegate: 0,
    rekey: 0,
    suspend: 0,
    resume: 0,
    report: 0,
    apply: 0,
    cut: 0,
  };

  /** Notes a session that was opened. */
  opened(raw: RawSession, parent?: KnownSession): KnownSession {
    const session: KnownSession = { raw, parent, standing: 'free' };
    this.sessions.set(raw.id, session);
    return session;
  }
}

/** What the load does. */
export type Verb =
  | 'open'
  | 'issue'
  | 'delegate'
  | 'rekey'
  | 'suspend'
  | 'resume'
  | 'report'
  | 'apply'
  | 'cut';

/** Whether a session, or one above it, was cut and that was acknowledged. */
export function isCut({ standing, parent }: KnownSession): boolean {
  return standing === 'cut' || (parent !== undefined && isCut(parent));
}
