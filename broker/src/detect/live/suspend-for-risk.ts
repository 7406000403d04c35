import type { Reason, Result, SessionId } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import type { Level } from '../../domain/risk.js';
import type { RiskHeld, Store } from '../../store/store.js';
import { persistently } from '../persistently.js';
import { strongestFirst, type Term } from '../watch/terms.js';
import type { LiveSession } from './live-session.js';

/** A response that reaches the store. */
export interface RiskResponse {
  /** The session that it lands on. */
  readonly session: SessionId;
  /** The one that was judged. */
  readonly of: LiveSession;
  readonly level: Extract<Level, 'suspend' | 'suspendTree'>;
  readonly risk: number;
}

/** Parts of the response. */
export interface SuspendParts {
  readonly store: Pick<Store, 'suspendForRisk'>;
  readonly now: () => Instant;
  readonly wait: (millis: number) => Promise<void>;
}

/** Terms that the audit record holds. */
const termsTold = 5;
/**
 * Suspends for risk: the session and everything below it, or its whole tree with the evidence held. Live
 * tokens die with the row. A store that is busy is asked again.
 */
export function suspendForRisk(
  { store, now, wait }: SuspendParts,
  response: RiskResponse,
): Promise<Result<RiskHeld, Reason>> {
  const isTree = response.level === 'suspendTree';
  return persistently(wait, () => {
    const at = now();
    return store.suspendForRisk({
      session: response.session,
      tree: isTree,
      holdEvidence: isTree,
      now: at,
      audit: auditOf(response, at),
    });
  });
}

/** Words and figures of the evidence, strongest first; the exact terms with the decision. */
function auditOf({ session, of, level, risk }: RiskResponse, at: Instant): AuditEvent {
  const terms = strongestFirst(of.watched.terms);
  const facts = {
    reason: terms[0]?.words ?? 'risk',
    level,
    risk: Number(risk.toFixed(4)),
    ofSession: of.id,
    resource: of.reporter,
    terms: terms.slice(0, termsTold).map(sentenceOf),
  };
  return { kind: 'risk_suspended', at, actor: 'broker', session, facts };
}

/** A term in one line: `+0.87 pace: …`. */
function sentenceOf({ kind, added, words }: Pick<Term, 'kind' | 'added' | 'words'>): string {
  return `+${added.toFixed(2)} ${kind}: ${words}`;
}
