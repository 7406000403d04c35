import { ok, type Result, type SessionId, sessionIdFromBytes } from '@creance/proto';
import {
  WatchEventsRequest,
  WatchEventsResponse,
  type BrokerEvent as WireEvent,
  EventKind as WireKind,
} from '@creance/proto/wire';
import type { Denial } from '../domain/denial.js';
import type { BrokerEvent, EventFilter, EventKind, Happening } from '../domain/event.js';
import type { KeptSince } from '../events/hub.js';
import { idFault, malformed, wireHandle, wireKind } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Which events an operator asks for. */
export interface WatchEventsAsk {
  readonly after: number;
  readonly follow: boolean;
  readonly filter: EventFilter;
}

const wireKinds: Readonly<Record<EventKind, WireKind>> = {
  session_opened: WireKind.EVENT_KIND_SESSION_OPENED,
  session_ended: WireKind.EVENT_KIND_SESSION_ENDED,
  signal: WireKind.EVENT_KIND_SIGNAL,
  held: WireKind.EVENT_KIND_HELD,
  resumed: WireKind.EVENT_KIND_RESUMED,
  cut: WireKind.EVENT_KIND_CUT,
  enforced: WireKind.EVENT_KIND_ENFORCED,
  enforced_by_all: WireKind.EVENT_KIND_ENFORCED_BY_ALL,
  manifest_applied: WireKind.EVENT_KIND_MANIFEST_APPLIED,
  key_compromised: WireKind.EVENT_KIND_KEY_COMPROMISED,
  gap: WireKind.EVENT_KIND_GAP,
};
const kindsByWire = new Map(
  Object.entries(wireKinds).map(([kind, wire]) => [wire, kind as EventKind]),
);

/** Characters of the name of a workload or owner. */
const nameCharsMax = 64;
/** A filter that names more than every kind twice says nothing. */
const kindsMost = 2 * kindsByWire.size;

/** The kind of an event as it goes over the wire. */
export function wireEventKind(kind: EventKind): WireKind {
  return wireKinds[kind];
}

/** Reads a WatchEventsRequest. */
export function readWatchEvents(bytes: Uint8Array): Result<WatchEventsAsk, Denial> {
  const decoded = decodeMessage(WatchEventsRequest, bytes);
  if (!decoded.ok) return decoded;
  const { after, follow, workload, owner, sessionId, kinds } = decoded.value;
  if (after > BigInt(Number.MAX_SAFE_INTEGER))
    return malformed('after', 'must be the number of an event');
  for (const [field, name] of Object.entries({ workload, owner })) {
    if (name.length > nameCharsMax)
      return malformed(field, `must be at most ${nameCharsMax} characters`);
  }
  const session = sessionIdFromBytes(sessionId);
  if (session === undefined && sessionId.length > 0) return malformed('session_id', idFault);
  if (kinds.length > kindsMost) return malformed('kinds', 'must name a kind once');
  const wanted = kinds.map((kind) => kindsByWire.get(kind));
  if (wanted.includes(undefined)) return malformed('kinds', 'must be kinds of events');
  const filter = {
    workload: workload || undefined,
    owner: owner || undefined,
    session,
    kinds: kinds.length === 0 ? undefined : new Set(wanted as EventKind[]),
  };
  return ok({ after: Number(after), follow, filter });
}

/** Writes a WatchEventsResponse with an event. */
export function writeWatchEvents(event: BrokerEvent): Buffer {
  return encodeMessage(WatchEventsResponse, {
    event: eventMessage(event),
    keptSinceUnixMicros: 0n,
    beganUnixMicros: 0n,
  });
}

/** Writes the WatchEventsResponse that comes before all events. */
export function writeKeptSince({ since, beganAt }: KeptSince): Buffer {
  return encodeMessage(WatchEventsResponse, {
    event: undefined,
    keptSinceUnixMicros: BigInt(since),
    beganUnixMicros: BigInt(beganAt),
  });
}

function eventMessage(event: BrokerEvent): WireEvent {
  const { number, at, cause = '', workload = '', owner = '', session, root, what } = event;
  return {
    number: BigInt(number),
    atUnixMicros: BigInt(at),
    cause,
    workload,
    owner,
    sessionId: idOrEmpty(session),
    rootId: idOrEmpty(root),
    what: whatMessage(what),
  };
}

function whatMessage(what: Happening): WireEvent['what'] {
  switch (what.kind) {
    case 'session_opened': {
      const { member, name, parent } = what;
      const value = { kind: wireKind(member), name, parentId: idOrEmpty(parent) };
      return { $case: 'sessionOpened', value };
    }
    case 'session_ended': {
      const { name, end, sessionsEnded } = what;
      return { $case: 'sessionEnded', value: { name, expired: end === 'expired', sessionsEnded } };
    }
    case 'signal':
      return { $case: 'signal', value: what };
    case 'held':
      return { $case: 'held', value: { ...what, revision: BigInt(what.revision) } };
    case 'resumed':
      return { $case: 'resumed', value: what };
    case 'cut':
      return { $case: 'cut', value: { ...what, revision: BigInt(what.revision) } };
    case 'enforced':
      return { $case: 'enforced', value: { ...what, revision: BigInt(what.revision) } };
    case 'enforced_by_all':
      return { $case: 'enforcedByAll', value: { ...what, revision: BigInt(what.revision) } };
    case 'manifest_applied':
      return { $case: 'manifestApplied', value: { ...what, version: BigInt(what.version) } };
    case 'key_compromised': {
      const { keyIds, author, reason, revision } = what;
      const value = { keyIds: [...keyIds], author, reason, revision: BigInt(revision) };
      return { $case: 'keyCompromised', value };
    }
    case 'gap':
      return { $case: 'gap', value: { after: BigInt(what.after) } };
  }
}

function idOrEmpty(id: SessionId | undefined): Buffer {
  return id === undefined ? Buffer.alloc(0) : wireHandle(id);
}
