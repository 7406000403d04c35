import { ok, type Result, reasonRow, refuse } from '@creance/proto';
import type { Metadata } from '@grpc/grpc-js';
import type { Authenticate } from '../attest/authenticate.js';
import type { AccessRule } from '../domain/access.js';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import { ownerOf, type Registry } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Clock } from '../runtime/clock.js';
import { openRate } from '../runtime/rate.js';
import { services } from './access.js';
import { addressKey } from './address.js';
import type { CallRecord } from './call-record.js';
import type { EdgeLimits } from './limits.js';
import type { Report } from './report.js';

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
  /** Notes a refusal: failures count against where they come from. */
  noteRefusal(record: CallRecord, denial: Denial): void;
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
export interface AdmissionParts {
  readonly authenticate: Authenticate;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  readonly connections: Connections;
  readonly report: Report;
}

/** Admits members: by proofs. */
export function memberAdmission(parts: AdmissionParts): Admission {
  const { limits, connections, report, clock } = parts;
  const rateOf = (burst: number, perSecond: number) => openRate(burst, perSecond, limits.rateKeys);
  const failures = rateOf(limits.failuresBurst, limits.failuresPerSecond);
  const perMember = rateOf(limits.workloadBurst, limits.workloadPerSecond);
  const perOwner = rateOf(limits.ownerBurst, limits.ownerPerSecond);
  const limited = (limit: keyof EdgeLimits, millis: number) => {
    report.limitHit(limit);
    return refuse<Denial>({ reason: 'rate_limited', retryAfterMillis: millis });
  };
  const originOf = (record: CallRecord) => laneOf(record) + originKey(record, connections);
  return {
    admit({ record, metadata, bytes, rule, now }) {
      const wait = failures.peek(originOf(record), clock.monotonicMillis());
      if (wait > 0) return limited('failuresPerSecond', wait);
      const proved = parts.authenticate({
        rule,
        path: record.method,
        proofs: entriesOf(metadata, 'dpop'),
        sessions: entriesOf(metadata, 'creance-session'),
        bytes,
        now,
      });
      if (!proved.ok) return proved;
      record.caller = proved.value;
      if (proved.value.kind !== 'session') return proved;
      connections.know(record.peer);
      const key = laneOf(record) + memberKey(proved.value.session);
      const memberWait = perMember.take(key, clock.monotonicMillis());
      if (memberWait > 0) return limited('workloadPerSecond', memberWait);
      const owner = laneOf(record) + ownerKey(proved.value.session, parts.registry);
      const ownerWait = perOwner.take(owner, clock.monotonicMillis());
      return ownerWait > 0 ? limited('ownerPerSecond', ownerWait) : proved;
    },
    noteRefusal(record, denial) {
      if (isFailure(denial)) failures.take(originOf(record), clock.monotonicMillis());
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
    noteRefusal() {},
    noteGenuine() {},
  };
}

/** Cuts have rates of their own, so that a flood of anything else never stands before one. */
function laneOf({ method }: CallRecord): string {
  return method === services.operator.cut.path ? 'cut ' : 'any ';
}

/**
 * What failures count against: a stranger's address, but only the connection of somebody known, so that
 * whoever shares an address with a flood is not shut out with it.
 */
function originKey({ peer, address }: CallRecord, connections: Connections): string {
  return connections.isKnown(peer) ? `connection ${peer}` : `address ${addressKey(address)}`;
}

function memberKey({ kind, name }: Session): string {
  return `${kind} ${name}`;
}

/** Verifiers and operators belong to the broker itself; each kind counts for itself. */
function ownerKey(session: Session, registry: Registry): string {
  return `${session.kind} ${ownerOf(registry, session)}`;
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
