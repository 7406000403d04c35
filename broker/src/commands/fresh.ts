import {
  encodeBase64url,
  type Handle,
  handleFromBytes,
  type SessionId,
  sessionIdFromBytes,
} from '@creance/proto';
import type { Entropy } from '../runtime/entropy.js';

/** A handle that nothing has yet. */
export function freshHandle(entropy: Entropy): Handle {
  return handleFromBytes(entropy.bytes(16)) as Handle;
}

/** A session id that nobody has yet. */
export function freshSessionId(entropy: Entropy): SessionId {
  return sessionIdFromBytes(entropy.bytes(16)) as SessionId;
}

/** A join token: 192 random bits. Bearer material: said once, stored as its hash. */
export function freshJoinToken(entropy: Entropy): string {
  return encodeBase64url(entropy.bytes(24));
}
