import type { Handle, Revision } from '@creance/proto';
import type { Session } from '../../domain/session.js';
import type { Journal } from './journal.js';

/** The handles that were cut, each with the revision of its last cut. */
export type HandleCuts = Iterable<readonly [Handle, Revision]>;

/**
 * The cuts that leave no mark on a session: everything opened before a revision, and everything opened
 * below a handle before a revision. One entry for each cut, whatever it ends. Changed only inside a
 * group, and taken back with it.
 */
export class Cuts {
  readonly #journal: Journal;
  readonly #handles = new Map<Handle, Revision>();
  #before: Revision;
  #lastOfHandle = 0;

  constructor(journal: Journal, before: Revision) {
    this.#journal = journal;
    this.#before = before;
  }

  /** Takes what the log says at the start, ascending by revision. */
  learn(cuts: HandleCuts): void {
    for (const [handle, revision] of cuts) {
      this.#handles.set(handle, revision);
      this.#lastOfHandle = Math.max(this.#lastOfHandle, revision);
    }
  }

  /** Trees whose root was opened before this revision have ended. */
  get before(): Revision {
    return this.#before;
  }

  /** Whether a handle was cut after a revision: then sessions may have ended that carry no mark. */
  hasHandleCutAfter(revision: Revision): boolean {
    return this.#lastOfHandle > revision;
  }

  /** Whether a session's own handles end it. What was opened after a cut lives. */
  endsByHandle(session: Session): boolean {
    const { openedRevision } = session;
    if (this.#lastOfHandle <= openedRevision) return false;
    const isCut = (handle: Handle | undefined) =>
      handle !== undefined && (this.#handles.get(handle) ?? 0) > openedRevision;
    return handlesOf(session).some(isCut);
  }

  /** Ends every tree whose root was opened before a revision. */
  endBefore(before: Revision): void {
    const earlier = this.#before;
    if (before <= earlier) return;
    this.#before = before;
    this.#journal.onRollback(() => {
      this.#before = earlier;
    });
  }

  /** Ends what was opened below a handle before a revision. */
  endBelow(handle: Handle, revision: Revision): void {
    const earlier = this.#handles.get(handle);
    const last = this.#lastOfHandle;
    this.#handles.set(handle, revision);
    this.#lastOfHandle = Math.max(last, revision);
    this.#journal.onRollback(() => {
      this.#lastOfHandle = last;
      if (earlier === undefined) this.#handles.delete(handle);
      else this.#handles.set(handle, earlier);
    });
  }
}

/** Everything by which a session itself can be ended, but for its own id and those above it. */
export function handlesOf(session: Session): readonly (Handle | undefined)[] {
  const { member, owner, evidenceIssuer, evidenceKey, principal, upstream } = session;
  return [member, owner, evidenceIssuer, evidenceKey, principal, upstream];
}
