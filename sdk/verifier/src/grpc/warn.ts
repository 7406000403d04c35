import type { OnEvent, VerifierEvent } from '../events.js';
import type { FailureReason } from '../failures.js';
import type { Clock } from '../runtime/clock.js';
import { troubleOf, troubleText } from '../trouble.js';

/** Milliseconds in which one code is said once. Codes are of our tables, so that they are few. */
const warnMillis = 60_000;

/** Milliseconds for which a line that was there may be away: so long a broker takes to start again. */
const awayMillis = 2_000;

/** Ends of the line that are steps of a normal start: of the broker in order, of a call that needs a nonce. */
const inOrder: readonly string[] = ['OK', 'nonce_required', 'shutting_down'];

/** Refusals behind which the settings of the resource may stand, and not its caller alone. */
const ownersOwn: readonly FailureReason[] = [
  'method_not_protected',
  'proof_wrong_target',
  'public_origin_missing',
  'token_from_future',
  'token_wrong_audience',
  'token_wrong_issuer',
];

/** Refused frames that mend themselves. */
const mended: readonly string[] = ['frame_replayed', 'frame_other_key', 'broken_link'];

/** Writes one warning of the process. */
export type Warn = (text: string) => void;

/**
 * Listens where the owner of the resource does not: what needs somebody becomes a warning of the process,
 * which Node writes to its standard error; each code at most once a minute, so that no caller fills a log.
 */
export function warnOfTrouble(clock: Clock, warn: Warn = warnProcess): OnEvent {
  const saidAt = new Map<string, number>();
  const isAway = away(clock);
  return (event) => {
    if (!isAway(event)) return;
    const trouble = needsOwner(event) ? troubleOf(event) : undefined;
    const text = trouble && troubleText(event);
    if (trouble === undefined || text === undefined) return;
    const now = clock.monotonicMillis();
    const last = saidAt.get(trouble.code);
    if (last !== undefined && now - last < warnMillis) return;
    saidAt.set(trouble.code, now);
    warn(text);
  };
}

/** Whether an event about the line says more than that it was lost a moment ago; of every other event yes. */
function away(clock: Clock): (event: VerifierEvent) => boolean {
  let wasThere = false;
  let lostAt: number | undefined;
  return ({ kind }) => {
    if (kind === 'connected') [wasThere, lostAt] = [true, undefined];
    if (kind !== 'disconnected' || !wasThere) return true;
    const now = clock.monotonicMillis();
    lostAt ??= now;
    return now - lostAt >= awayMillis;
  };
}

function needsOwner(event: VerifierEvent): boolean {
  if (event.kind === 'denied') return ownersOwn.includes(event.reason);
  if (event.kind === 'refused') return !mended.includes(event.fault);
  // The line comes back, or the next event says that it does not.
  return event.kind !== 'disconnected' || !inOrder.includes(event.code);
}

function warnProcess(text: string): void {
  process.emitWarning(text, { type: 'CreanceWarning' });
}
