import { ok, type Result, reasonRow, refuse } from '@creance/proto';
import type { Metadata } from '@grpc/grpc-js';
import type { Authenticate } from '../attest/authenticate.js';
import type { AccessRule } from '../domain/access.js';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import { addressKey } from './address.js';
import type { CallNote, CallRecord } from './call-record.js';
import { openRates, type RateParts } from './rates.js';

/** A rule that needs somebody to be proved. */
export type ProvedRule = Exclude<AccessRule, { readonly by: 'anyone' }>;

/** A call that asks to come in. */
export interface Arrival {
  readonly record: CallRecord;
  readonly metadata: Metadata;
  /** The request exactly as it came. */
  readonly bytes: Uint8Array;
  readonly rule: ProvedRule;
  readonly now: Instant;
}

/** Decides who comes in. */
export interface Admission {
  /** Proves who calls, within the rates of address, member and owner. */
  admit(arrival: Arrival): Result<Caller, Denial>;
  /** Takes one call off the rates of a session's member and owner; gives the refusal when none is left. */
  meter(note: CallNote, session: Session): Denial | undefined;
  /** Notes a refusal: failures count against where they come from. */
  noteRefusal(note: CallNote, denial: Denial): void;
  /** Notes that the caller has shown genuine evidence. */
  noteGenuine(record: CallRecord): void;
}

/** The connections that calls come over, by `address:port`. */
export interface Connections {
  /** Whether somebody genuine has called over this connection. */
  isKnown(peer: string): boolean;
  know(peer: string): void;
}

/** Parts of the admission of members. */
export interface AdmissionParts extends RateParts {
  readonly authenticate: Authenticate;
  readonly connections: Connections;
}

/** Admits members: by proofs. */
export function memberAdmission(parts: AdmissionParts): Admission {
  const { connections } = parts;
  const rates = openRates(parts);
  const originOf = (note: CallNote) => originKey(note, connections);
  return {
    meter: rates.meter,
    admit({ record, metadata, bytes, rule, now }) {
      const tooMany = rates.failed(record, originOf(record));
      if (tooMany !== undefined) return refuse(tooMany);
      const proved = parts.authenticate({
        rule,
        path: record.method,
        proofs: entriesOf(metadata, 'dpop'),
        newKeyProofs: entriesOf(metadata, 'creance-new-key-proof'),
        sessions: entriesOf(metadata, 'creance-session'),
        bytes,
        now,
      });
      if (!proved.ok) return proved;
      record.caller = proved.value;
      if (proved.value.kind !== 'session') return proved;
      connections.know(record.peer);
      const refused = rates.meter(record, proved.value.session);
      return refused === undefined ? proved : refuse(refused);
    },
    noteRefusal(note, denial) {
      if (isFailure(denial)) rates.noteFailure(note, originOf(note));
    },
    noteGenuine: ({ peer }) => connections.know(peer),
  };
}

/** Admits the owner of a development broker: whoever can open the socket in a folder of theirs. */
export function devOwnerAdmission(mayCall: (path: string) => boolean): Admission {
  return {
    admit({ record }) {
      if (!mayCall(record.method)) return refuse({ reason: 'session_wrong_kind' });
      record.caller = { kind: 'dev-owner' };
      return ok(record.caller);
    },
    meter: () => undefined,
    noteRefusal() {},
    noteGenuine() {},
  };
}

/**
 * What failures count against: a stranger's address, but only the connection of somebody known, so that
 * whoever shares an address with a flood is not shut out with it.
 */
function originKey({ peer, address }: CallNote, connections: Connections): string {
  return connections.isKnown(peer) ? `connection ${peer}` : `address ${addressKey(address)}`;
}

/** A step of a normal call is no failure; what only a broken or hostile caller sends is one. */
function isFailure({ reason }: Denial): boolean {
  if (reason === 'nonce_required') return false;
  return reasonRow(reason).grpc === unauthenticated || reason === 'request_malformed';
}

/** gRPC status UNAUTHENTICATED by its public number. */
const unauthenticated = 16;

/** Every value of an entry: HTTP/2 joins several by a comma, which none of ours holds. */
function entriesOf(metadata: Metadata, name: string): readonly string[] {
  return metadata
    .get(name)
    .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
    .map((value) => value.trim());
}
