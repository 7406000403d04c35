import type { Thumbprint } from '@creance/proto';
import type { Call } from '../commands/call.js';
import type { Role } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import { openedAt, sessionOf } from './sessions.js';
import { newSigner } from './signed.js';

/** For tests: a call by a session, one second after it was opened. */
export function callBy(session: Session = sessionOf(1), roles: readonly Role[] = []): Call {
  return {
    requestId: 'request-1',
    now: (openedAt + 1_000_000) as Call['now'],
    address: '192.0.2.1',
    caller: { kind: 'session', session, roles: new Set(roles) },
  };
}

/** For tests: a call by a session that another key has proved too. */
export function callWithNewKey(session: Session, newKey: Thumbprint): Call {
  const call = callBy(session);
  return { ...call, caller: { kind: 'session', session, roles: new Set(), newKey } };
}

/** For tests: a call by whoever holds a key of its own. */
export function callByNewKey(): Call {
  const { keyId, jwk } = newSigner();
  return { ...callBy(), caller: { kind: 'new-key', key: keyId, jwk } };
}
