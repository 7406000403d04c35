import type { Instant } from '../domain/instant.js';
import type { RegistryChange, RegistryChanged } from './cut-asks.js';
import type { Confirmation } from './proposal-asks.js';

/** A manifest to put in force, in the registry's terms and as its text. */
export interface ManifestApply extends RegistryChange {
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly hash: string;
  /** Who: an operator by name, `dev`, or `broker` for a file that it read itself. */
  readonly author: string;
  readonly reason: string;
  /** How many differences to the manifest before widen. */
  readonly widenings: number;
  /** The version whose text this is, when it is a rollback. */
  readonly rolledBackTo: number | undefined;
  /** The version that must be in force, zero for none; undefined: whichever is. */
  readonly expectedVersion: number | undefined;
  /** Whether live sessions may end by it. */
  readonly mayEndSessions: boolean;
  /** The second person's word, where one is needed. */
  readonly confirms?: Confirmation | undefined;
}

/** What came into force, and what ended by it. */
export interface ManifestApplied extends RegistryChanged {
  readonly version: number;
}

/** A manifest that was in force. */
export interface ManifestVersion {
  /** From 1. */
  readonly version: number;
  readonly hash: string;
  readonly author: string;
  readonly appliedAt: Instant;
  readonly reason: string;
  readonly rolledBackTo: number | undefined;
  readonly widenings: number;
}

/** The same with its text. */
export interface ManifestText extends ManifestVersion {
  readonly text: string;
}
