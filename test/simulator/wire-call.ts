import type { Caller } from '../../broker/src/domain/caller.js';
import type { Denial } from '../../broker/src/domain/denial.js';

/** A call of a member as it comes over the network. */
export interface WireCall {
  readonly method: MemberVerb;
  readonly proofs: readonly string[];
  readonly sessions: readonly string[];
  readonly newKeyProofs: readonly string[];
  readonly bytes: Uint8Array;
  /** What the bytes say. */
  readonly ask: unknown;
}

/** The verbs of members that the simulator calls. */
export type MemberVerb = (typeof memberVerbs)[number];
const memberVerbs = [
  'openSession',
  'delegateSession',
  'createChildJoinToken',
  'issueToken',
  'renewSession',
  'rekeySession',
  'endSession',
] as const;

/** What comes back. */
export type WireReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly denial: Denial; readonly caller: Caller | undefined };

/** Where members reach the broker. */
export const brokerOrigin = 'https://broker.example.internal';

/** Path of a member's call. */
export function pathOfVerb(method: MemberVerb): string {
  return `/creance.v1.SessionService/${method[0]?.toUpperCase()}${method.slice(1)}`;
}
