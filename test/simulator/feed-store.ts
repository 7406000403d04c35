import type { SessionId } from '@creance/proto';
import type { Session } from '../../broker/src/domain/session.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import type { FeedParts } from '../../broker/src/feed/feed.js';
import type { Store } from '../../broker/src/store/store.js';

/** The verifiers of the world are no sessions: their subscriptions are held up by the feed alone. */
export function feedStoreOf(store: Store): FeedParts['store'] {
  return {
    head: () => store.head(),
    logAfter: (revision, limit) => store.logAfter(revision, limit),
    isKnownRevision: (revision) => store.isKnownRevision(revision),
    onLog: (listener) => store.onLog(listener),
    auditHead: () => store.auditHead(),
    standingRows: () => store.standingRows(),
    floor: () => store.floor(),
    raiseFloor: (to) => store.raiseFloor(to),
    path: () => [
      {
        id: handleOf('verifier') as SessionId,
        end: undefined,
        suspendedAt: undefined,
        activeAt: Number.MAX_SAFE_INTEGER,
        absoluteEndAt: Number.MAX_SAFE_INTEGER,
      } as unknown as Session,
    ],
  };
}
