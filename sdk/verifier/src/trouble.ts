import {
  connectionFix,
  type ErrorParts,
  errorText,
  reasonFromErrorInfo,
  reasonRow,
} from '@creance/proto';
import type { VerifierEvent } from './events.js';
import { failures } from './failures.js';
import {
  feedRows,
  limitRows,
  otherWay,
  ownerRows,
  type TroubleRow,
  wayRows,
} from './trouble-rows.js';

type Told<Kind extends VerifierEvent['kind']> = Extract<VerifierEvent, { readonly kind: Kind }>;

/**
 * What an event means for the owner of the resource, as one line for a log: code, what happened, the fix,
 * the request id. Undefined for events that need nobody. Safe for a terminal, and never a token or a proof.
 */
export function troubleText(event: VerifierEvent): string | undefined {
  const trouble = troubleOf(event);
  return trouble && errorText(trouble);
}

/** The same before it is one line. */
export function troubleOf(event: VerifierEvent): ErrorParts | undefined {
  switch (event.kind) {
    case 'disconnected':
      return lostWay(event);
    case 'stale':
      return {
        code: 'CREANCE_FEED_STALE',
        what: `${heard(event.ageMillis)}: a strict resource refuses every request`,
        fix: 'check that the broker runs, and the way from here to its address; no restart is needed',
      };
    case 'refused':
      return partsOf(event.fault, feedRows[event.fault]);
    case 'clock_skew':
      return skewed(event);
    case 'limit':
      return partsOf(event.reason, limitRows[event.reason]);
    case 'denied':
      return denied(event);
    case 'unreported':
      return {
        ...lostWay({ kind: 'disconnected', code: event.code }),
        code: 'CREANCE_UNREPORTED',
        what: `${event.observations} seen actions could not be reported (${event.code})`,
      };
    // The refusal that comes with it says the same.
    case 'anchor_mismatch':
    case 'connected':
    case 'applied':
    case 'fresh':
    case 'reported':
      return undefined;
  }
}

/** Without an age the view was not left behind: the broker was. */
function heard(ageMillis: number): string {
  if (!Number.isFinite(ageMillis)) return feedRows.rolled_back.what;
  return `what was revoked was heard last ${seconds(ageMillis)} s ago`;
}

function lostWay({ code, networkCode, requestId }: Told<'disconnected'>): ErrorParts {
  const reason = reasonFromErrorInfo(code.toUpperCase());
  if (reason !== undefined) {
    const { message, fix } = reasonRow(reason);
    const row = ownerRows[reason] ?? { what: message, fix };
    return { ...partsOf(reason, row), request: requestId };
  }
  const { what, fix } = (Object.hasOwn(wayRows, code) ? wayRows[code] : undefined) ?? otherWay;
  const network = networkCode === undefined ? '' : ` (${networkCode})`;
  return partsOf(`broker_${code}`, {
    what: what + network,
    fix: connectionFix(networkCode) ?? fix,
  });
}

function skewed({ seconds: ahead }: Told<'clock_skew'>): ErrorParts {
  const side = ahead > 0 ? 'ahead of' : 'behind';
  return {
    code: 'CREANCE_CLOCK_SKEW',
    what: `the clock of this machine is ${Math.abs(ahead)} s ${side} that of the broker, so good tokens and proofs are refused`,
    fix: 'set the clock of this machine by NTP; when it is right, have the operator set that of the broker',
  };
}

function denied({ reason, requestId, publicOrigin }: Told<'denied'>): ErrorParts {
  const { message: what, fix } = failures[reason];
  const nearestRule = publicOrigin && `publicOrigin is ${publicOrigin}`;
  return { ...partsOf(reason, { what, fix }), nearestRule, request: requestId };
}

function partsOf(name: string, row: TroubleRow): ErrorParts {
  return { code: `CREANCE_${name.toUpperCase()}`, ...row };
}

function seconds(millis: number): string {
  return (millis / 1_000).toFixed(1);
}
