import {
  type Handle,
  handleFromBytes,
  type Scope,
  type ScopeSet,
  type SessionId,
  type Thumbprint,
} from '@creance/proto';
import { sha256Base64url } from '../tokens/signing-key.js';

/** For tests: the handle of a name. */
export function handleOf(name: string | number): Handle {
  const bytes = Buffer.from(sha256Base64url(String(name)), 'base64url');
  return handleFromBytes(bytes.subarray(0, 16)) as Handle;
}

/** For tests: the session id of a name. */
export function sessionIdOf(name: string | number): SessionId {
  return handleOf(`session ${name}`) as SessionId;
}

/** For tests: the thumbprint of a key that nobody has. */
export function thumbprintOfName(name: string | number): Thumbprint {
  return sha256Base64url(`key ${name}`) as Thumbprint;
}

/** For tests: a scope set of words that are known to be good and in order. */
export function scopesOf(...words: readonly string[]): ScopeSet {
  return words as readonly string[] as readonly Scope[];
}
