import type { PublicJwk, Thumbprint } from '@creance/proto';
import type { Role } from './registry.js';
import type { Session } from './session.js';

/** Who makes a call, as the edge has proved it. */
export type Caller =
  /** Holds a key and nothing else yet: opens a session. */
  | { readonly kind: 'new-key'; readonly key: Thumbprint; readonly jwk: PublicJwk }
  /** A live session, proved by its key. */
  | {
      readonly kind: 'session';
      readonly session: Session;
      readonly roles: ReadonlySet<Role>;
      /** The key that the second proof was by, where the access rule wants one. */
      readonly newKey?: Thumbprint;
    }
  /** The owner of a development broker, over its unix socket. */
  | { readonly kind: 'dev-owner' }
  /** The broker itself, at its start. */
  | { readonly kind: 'broker' };
