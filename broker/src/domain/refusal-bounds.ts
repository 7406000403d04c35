import type { Reason } from '@creance/proto';
import type { LimitName } from './limits.js';

/** Bounds behind the edge that refuse by a reason of their own: the edge counts them under their names. */
export const boundOfReason: Readonly<Partial<Record<Reason, LimitName>>> = {
  sessions_limit: 'sessionsPerMember',
  keys_limit: 'evidenceKeysPerMember',
  proposals_limit: 'proposalsPerOperator',
  children_limit: 'childrenPerSession',
  tree_limit: 'sessionsPerTree',
  events_too_slow: 'eventsWaiting',
  broker_busy: 'loopLagMillis',
  store_busy: 'writesWaiting',
  cut_journal_full: 'cutsJournalled',
  replay_memory_full: 'proofsRemembered',
};
