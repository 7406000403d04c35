import type { WatchEventsResponse } from '@creance/proto/wire';
import { instantText } from './output.js';

/** Since when a broker keeps events, as it says before the first of them. */
export type KeptSince = Pick<WatchEventsResponse, 'keptSinceUnixMicros' | 'beganUnixMicros'>;

/** Tells that nothing happened from that nothing is kept. `kept` is undefined of a broker that does not say. */
export function keptWords(kept: KeptSince | undefined, isEmpty: boolean): string {
  if (kept === undefined || kept.beganUnixMicros === 0n)
    return isEmpty ? 'no such events are kept' : 'these are all that are kept';
  const { keptSinceUnixMicros: since, beganUnixMicros: began } = kept;
  const what = isEmpty ? 'no such events' : 'these are all';
  const when =
    since === began
      ? `since the broker started at ${instantText(began)}`
      : `since ${instantText(since)}: older ones are not kept`;
  return `${what} ${when}; the audit has what was before`;
}
