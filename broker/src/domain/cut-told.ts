import type { Revision, SessionId } from '@creance/proto';

/** What was cut or held: the kind of its handle, never the handle of a person. */
export type CutHandleKind =
  | 'session'
  | 'workload'
  | 'owner'
  | 'principal'
  | 'upstream'
  | 'evidence-key'
  | 'evidence-issuer'
  | 'before'
  | 'token_keys'
  | 'members';

/** Why, as far as whoever watches the broker from outside is told; the words are in the audit. */
export type CutReasonKind = 'operator' | 'theft' | 'risk' | 'end' | 'manifest' | 'key_compromised';

/** Something that was cut or held, as metrics, spans and log lines tell it. */
export interface CutTold {
  readonly handle: CutHandleKind;
  readonly reason: CutReasonKind;
  /** Who, by kind. */
  readonly author: 'operator' | 'session' | 'broker';
  /** The last row of the log that it made; undefined when a changed manifest made several. */
  readonly revision: Revision | undefined;
  /** Live sessions that ended, or are held by it; undefined when nobody counted. */
  readonly sessionsEnded: number | undefined;
  /** The session that was meant, if it was one. */
  readonly session: SessionId | undefined;
}
