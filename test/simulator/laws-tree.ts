import type { SessionId } from '@creance/proto';
import { worldBounds } from './bounds.js';
import type { KnownSession } from './ledger.js';
import type { Scene } from './scene.js';

/** Laws 1, 2, 3 and 9 over the sessions that the broker has. */
export function checkTrees(world: Scene): void {
  const { ledger, laws, broker } = world;
  const children = new Map<SessionId, number>();
  for (const known of ledger.sessions.values()) {
    const path = ledger.path(known.id);
    if (path.length > worldBounds.sessionDepth) laws.fail('law 9', 'a path is too long');
    checkOpening(world, known);
    if (!broker.isReady || broker.hasFailed) continue;
    const session = broker.store.session(known.id);
    checkStanding(world, known, session);
    if (session === undefined) continue;
    if (session.absoluteEndAt > known.absolute_end_at)
      laws.fail('law 1', 'a session has come to live longer');
    if (session.end === undefined && known.parent !== null)
      children.set(known.parent, (children.get(known.parent) ?? 0) + 1);
  }
  for (const count of children.values()) {
    if (count > worldBounds.childrenPerSession)
      laws.fail('law 9', `${count} children of one session`);
  }
}

/** A child ends with its parent at the latest, and was not opened below somebody who had ended. */
function checkOpening({ ledger, laws }: Scene, { id, parent, ...known }: KnownSession): void {
  if (parent === null) return;
  const above = ledger.sessions.get(parent);
  if (above === undefined) {
    laws.fail('law 3', 'a child hangs below nobody');
    return;
  }
  if (known.absolute_end_at > above.absolute_end_at)
    laws.fail('law 1', 'a child lives longer than its parent');
  const end = ledger.endOf(parent, known.opened_revision);
  if (end !== undefined) laws.fail('law 2', `${id} was opened below an end at ${end.revision}`);
}

/** What the log has ended is over, and what the audit says is held is held. */
function checkStanding(
  { ledger, laws, broker }: Scene,
  { id }: KnownSession,
  session: { readonly end: string | undefined } | undefined,
): void {
  if (session === undefined || session.end !== undefined) return;
  const end = ledger.endOf(id);
  if (end !== undefined) laws.fail('law 3', `${id} lives on although ended at ${end.revision}`);
  const heldAbove = ledger.path(id).find((each) => laws.audit.held.has(each.id));
  const isHeld = broker.store.path(id).some(({ suspendedAt }) => suspendedAt !== undefined);
  if (heldAbove !== undefined && !isHeld) laws.fail('law 3', `${id} was let go by nobody`);
}
