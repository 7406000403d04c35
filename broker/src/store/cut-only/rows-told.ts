import { type Handle, nextRevision, type Revision } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { Session } from '../../domain/session.js';
import type { CutJournal } from '../emergency/cut-journal.js';
import type { EvidenceKey, LogRow } from '../store.js';

/** The log from the mark on: what the journal holds, and nothing else. */
export class RowsTold {
  readonly #mark: Revision;
  readonly #journal: CutJournal;
  readonly #listeners = new Set<(rows: readonly LogRow[]) => void>();

  constructor(mark: Revision, journal: CutJournal) {
    this.#mark = mark;
    this.#journal = journal;
  }

  /** Revision of the last row; the mark when there is none. */
  get head(): Revision {
    return (this.#rows.at(-1)?.revision ?? this.#mark) as Revision;
  }

  has(revision: Revision): boolean {
    return this.#rows.some((row) => row.revision === revision);
  }

  after(revision: Revision): readonly LogRow[] {
    return this.#rows.filter((row) => row.revision > revision);
  }

  /** Revisions above everything that was ever committed or told, by the marks and the journal. */
  reserve(count: number, now: Instant): readonly Revision[] {
    let last = Math.max(this.head, this.#mark) as Revision;
    return Array.from({ length: count }, () => {
      last = nextRevision(last, now);
      return last;
    });
  }

  /** Tells the listeners of rows that the journal has taken. */
  tell(rows: readonly LogRow[]): void {
    for (const listener of this.#listeners) listener(rows);
  }

  listen(listener: (rows: readonly LogRow[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a row ends a session that was opened here. */
  ends({ id, openedRevision, ...session }: Session): boolean {
    const { member, owner, evidenceIssuer, evidenceKey } = session;
    const handles: readonly Handle[] = [id, member, owner, evidenceIssuer, evidenceKey];
    return this.after(openedRevision).some(({ entry }) =>
      entry.kind === 'before'
        ? openedRevision < entry.before
        : entry.kind === 'handle' && handles.includes(entry.handle),
    );
  }

  get #rows(): readonly LogRow[] {
    return this.#journal.cuts.flatMap(({ rows }) => rows);
  }
}

/** Whether the journal holds a cut of an evidence key, or of the join token that registered it. */
export function handlesCut(journal: CutJournal, { key, issuer }: EvidenceKey): boolean {
  return journal.cuts.some(({ target }) =>
    target.kind === 'evidence-key'
      ? target.key === key
      : target.kind === 'evidence-issuer' && target.handle === issuer,
  );
}
