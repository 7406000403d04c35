import {
  type Handle,
  handlesOfLineage,
  type Revision,
  type SessionId,
  type TokenClaims,
} from '@creance/proto';
import { limits } from '../domain/limits.js';
import type { LogRow, Store } from '../store/store.js';

/** Whether the log refuses a token already. */
export interface CutTokens {
  /** Whether that is known from an earlier look. Costs nothing. */
  isKnown(claims: TokenClaims): boolean;
  /** Reads the log from the token's `rev` on. */
  isCut(claims: TokenClaims): boolean;
}

/** Pages of the log that are read for one token: it is minutes old, so that nearly always one is enough. */
const pagesMax = 10;

/** Sessions of which it is remembered below which `rev` their tokens are dead. */
const sessionsKept = 10_000;

/** Opens the look into the log. */
export function openCutTokens(store: Pick<Store, 'logAfter'>): CutTokens {
  const deadBelow = new Map<SessionId, Revision>();
  const keep = (session: SessionId, revision: Revision): void => {
    deadBelow.delete(session);
    if (deadBelow.size >= sessionsKept) {
      deadBelow.delete(deadBelow.keys().next().value as SessionId);
    }
    deadBelow.set(session, revision);
  };
  return {
    isKnown: ({ sessionId, revision }) => revision < (deadBelow.get(sessionId) ?? 0),
    isCut(claims) {
      const handles = new Set(handlesOfLineage(claims.lineage));
      let after = claims.revision;
      for (let page = 0; page < pagesMax; page += 1) {
        const rows = store.logAfter(after, limits.frameEntries);
        const row = rows.find(({ entry }) => isAgainst(entry, handles, claims.revision));
        if (row !== undefined) {
          // A cut "before" kills what lies below the revision that it names, not below its own.
          keep(claims.sessionId, row.entry.kind === 'before' ? row.entry.before : row.revision);
          return true;
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < limits.frameEntries) return false;
        after = last.revision;
      }
      // Unknown: a token that is dead already dies once more, which harms nobody.
      return false;
    },
  };
}

/** Every row that is read lies above the token's `rev`, so that absolute or not is the same. */
function isAgainst(
  entry: LogRow['entry'],
  handles: ReadonlySet<Handle>,
  revision: Revision,
): boolean {
  if (entry.kind === 'handle') return handles.has(entry.handle);
  return entry.kind === 'before' && entry.before > revision;
}
