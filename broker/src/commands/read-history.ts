import { ok, refuse } from '@creance/proto';
import type { HistoryAsk, HistoryPage } from '../domain/history.js';
import type { Command } from './call.js';

/** Which page of the history. */
export type ReadHistoryAsk = HistoryAsk;

/** What keeps the history. */
export interface ReadsHistory {
  /** The page, or undefined when no page can begin where this one is to begin. */
  read(ask: HistoryAsk): Promise<HistoryPage | undefined>;
}

/**
 * Gives a page of what was kept of the actions of live sessions, oldest first. Refuses a page that no page
 * before it has named.
 */
export function readHistory(history: ReadsHistory): Command<ReadHistoryAsk, HistoryPage> {
  return async (ask) => {
    const page = await history.read(ask);
    if (page !== undefined) return ok(page);
    const fault = 'must come from the previous reply';
    return refuse({ reason: 'request_malformed', fields: [{ field: 'page_token', fault }] });
  };
}
