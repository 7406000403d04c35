import { bytesOfHandle, type Handle, refuse, type ScopeFault } from '@creance/proto';
import { SessionKind } from '@creance/proto/wire';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import { unixSeconds } from '../domain/instant.js';
import type { MemberKind } from '../domain/registry.js';

/** Refuses a request for one faulty field. */
export function malformed(
  field: string,
  fault: string,
): { readonly ok: false; readonly error: Denial } {
  return refuse({ reason: 'request_malformed', fields: [{ field, fault }] });
}

/** The fault of a revision that a double does not hold. */
export const revisionFault = 'must be a revision, at most 2^53 - 1';

/** What is wrong with a list of scopes. */
export const scopeFaults: { readonly [Fault in ScopeFault]: string } = {
  scope_malformed: 'must be words of letters, digits and : . _ / -',
  scope_duplicate: 'must not name a scope twice',
  scopes_none: 'must name at least one scope',
  scopes_too_many: 'must name at most 32 scopes',
};

/** The faults of ids and thumbprints. */
export const idFault = 'must be 16 bytes';
export const thumbprintFault = 'must be the 43 characters of a thumbprint';

/** The kind of a member by its number on the wire; undefined for zero and all unknown ones. */
export function memberKindOf(kind: SessionKind): MemberKind | undefined {
  switch (kind) {
    case SessionKind.SESSION_KIND_WORKLOAD:
      return 'workload';
    case SessionKind.SESSION_KIND_VERIFIER:
      return 'verifier';
    case SessionKind.SESSION_KIND_OPERATOR:
      return 'operator';
    default:
      return undefined;
  }
}

const wireKinds: { readonly [Kind in MemberKind]: SessionKind } = {
  workload: SessionKind.SESSION_KIND_WORKLOAD,
  verifier: SessionKind.SESSION_KIND_VERIFIER,
  operator: SessionKind.SESSION_KIND_OPERATOR,
};

/** A kind as it goes over the wire. */
export function wireKind(kind: MemberKind): SessionKind {
  return wireKinds[kind];
}

/** A handle as it goes over the wire. */
export function wireHandle(handle: Handle): Buffer {
  return Buffer.from(bytesOfHandle(handle));
}

/** An instant as whole Unix seconds, as it goes over the wire. */
export function wireSeconds(instant: Instant): bigint {
  return BigInt(unixSeconds(instant));
}
