import type { Handle } from '@creance/proto';
import type { MemberRef } from '../domain/registry.js';
import type { EvidenceKey } from './evidence-asks.js';

/** A member that the store has seen, by which handle it can be cut. */
export interface KnownMember extends MemberRef {
  readonly handle: Handle;
}

/** What a store knows of who may come and who can be cut by name. */
export interface KnownMembers {
  readonly members: readonly KnownMember[];
  readonly owners: readonly { readonly name: string; readonly handle: Handle }[];
  /** Of operators and verifiers alone, none that was cut; those that last longest first. */
  readonly keys: readonly EvidenceKey[];
}
