import type { MemberKind, Role } from './registry.js';

/** Who may make a call, and how it is proved. Every method of every service has exactly one. */
export type AccessRule =
  /** Health and reflection: says nothing about anybody. */
  | { readonly by: 'anyone' }
  /**
   * Whoever holds a key: opens a session. The proof covers a digest of the request and carries a nonce
   * of this process.
   */
  | { readonly by: 'new-key' }
  /** A live session of one of these kinds; operators with the role, or one of them, if any is named. */
  | {
      readonly by: 'session';
      readonly kinds: readonly MemberKind[];
      readonly role?: Role | readonly Role[];
      /** Whether the proof covers a digest of the request: where a key is named or something ends. */
      readonly digest: boolean;
      /**
       * Whether a second proof, by a key that has no session yet, must come along. Both then cover a
       * digest of the request and carry a nonce of this process.
       */
      readonly newKey?: boolean;
      /** Whether a session that the watch holds may make it: to revalidate itself, and for nothing else. */
      readonly whileHeld?: boolean;
    };
