import type { SessionId } from '@creance/proto';
import type { LiveSession } from './live-session.js';

/** The session whose subtree holds so much of a tree's evidence answers for it. */
const mostOfIt = 0.8;

/**
 * The lowest session whose subtree holds at least 80 % of the evidence of a tree: what is below it is
 * under suspicion, and its siblings are not. The root when no other does.
 */
export function targetOf(
  tree: readonly LiveSession[],
  evidenceOf: (session: LiveSession) => number,
  root: SessionId,
): SessionId {
  const byId = new Map(tree.map((session) => [session.id, session]));
  const sums = new Map<SessionId, number>();
  const depths = new Map<SessionId, number>();
  let all = 0;
  for (const session of tree) {
    const evidence = evidenceOf(session);
    all += evidence;
    let depth = 0;
    for (let at: LiveSession | undefined = session; at !== undefined; depth += 1) {
      sums.set(at.id, (sums.get(at.id) ?? 0) + evidence);
      at = at.parent === undefined ? undefined : byId.get(at.parent);
    }
    depths.set(session.id, depth);
  }
  let lowest = root;
  for (const [id, sum] of sums) {
    if (sum >= mostOfIt * all && (depths.get(id) ?? 0) > (depths.get(lowest) ?? 0)) lowest = id;
  }
  return lowest;
}
