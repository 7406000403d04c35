import { ok, refuse, type SessionId } from '@creance/proto';
import { decidedBy } from '../detect/live/decided-by.js';
import type { Decision, Point } from '../detect/live/live-session.js';
import { type SilentTerm, silentTerms, termsBehind } from '../detect/live/silent-terms.js';
import type { Explained } from '../detect/live/watch.js';
import type { Term } from '../detect/watch/terms.js';
import type { Instant } from '../domain/instant.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Level } from '../domain/risk.js';
import type { Session } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';

/** The session to explain, with its whole tree. */
export interface ExplainAsk {
  readonly session: SessionId;
  /** The last session of the page before. */
  readonly after: SessionId | undefined;
}

/** A decision with what decided. */
export interface ExplainedDecision extends Decision {
  /** Kinds of evidence, the strongest first. */
  readonly kinds: readonly string[];
}

/** What the watch knows of one session. */
export interface ExplainedSession {
  readonly session: Session;
  /** By name; undefined when the manifest holds the workload no more. */
  readonly owner: string | undefined;
  /** What the watch has put it under. */
  readonly level: Level;
  readonly risk: number;
  readonly peak: number;
  /** In the order of the actions. */
  readonly terms: readonly Term[];
  /** The same of rules that are not enforced: they raise no risk. */
  readonly silentTerms: readonly SilentTerm[];
  readonly points: readonly Point[];
  readonly decisions: readonly ExplainedDecision[];
}

/** What the watch knows of a tree. */
export interface Explanation {
  /** Parents before their children. */
  readonly sessions: readonly ExplainedSession[];
  readonly at: Instant;
}

/** Parts of the verb. */
export interface ExplainSessionParts {
  readonly store: Pick<Store, 'tree'>;
  readonly registry: CurrentRegistry;
  /** The live watch. */
  readonly watch: { explain(id: SessionId): Explained | undefined };
}

/** Sessions of one tree that can be explained: what lies beyond is not shown. */
const treeExplainedMax = 10_000;

/**
 * Says what the watch knows of every session of a tree, from the session after the one named. Everything:
 * it is for operators alone (law 10). Refuses a session of whose tree nothing is known.
 */
export function explainSession(parts: ExplainSessionParts): Command<ExplainAsk, Explanation> {
  return async ({ session, after }, call) => {
    const tree = parts.store.tree(session, treeExplainedMax);
    const known = tree.flatMap((each) => explained(parts, each) ?? []);
    if (known.length === 0) return refuse({ reason: 'session_not_watched' });
    const at = known.findIndex((each) => each.session.id === after);
    // The page before ended in a session that is watched no more: nothing can be said of what follows.
    const isGone = after !== undefined && at < 0;
    return ok({ sessions: isGone ? [] : known.slice(at + 1), at: call.now });
  };
}

function explained(
  { registry, watch }: ExplainSessionParts,
  session: Session,
): ExplainedSession | undefined {
  const found = watch.explain(session.id);
  if (found === undefined) return undefined;
  const { imposed, watched, points, decisions } = found.session;
  const workload = registry().workloads.get(session.name);
  const silent = workload === undefined ? [] : silentTerms(found.session, workload.responses);
  const inOrder = (one: Term, other: Term) => one.at - other.at;
  return {
    session,
    owner: workload?.owner,
    level: imposed,
    risk: found.risk,
    peak: found.peak,
    terms: watched.terms.toSorted(inOrder),
    silentTerms: silent.toSorted(inOrder),
    points: [...points],
    decisions: decisions.map((decision) => {
      const behind = termsBehind(found.session, decision);
      return { ...decision, kinds: decidedBy(behind, decision.atMillis) };
    }),
  };
}
