import type { Result, Thumbprint } from '@creance/proto';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import type { Session } from '../domain/session.js';

/** One call on its way down. */
export interface Call {
  /** Random; in every reply, log line and audit record of the call. */
  readonly requestId: string;
  readonly now: Instant;
  /** IP address of the peer; empty over the unix socket. */
  readonly address: string;
  readonly caller: Caller;
}

/** One verb: it gets its parts when the broker is put together, and then only asks and calls. */
export type Command<Ask, Answer> = (ask: Ask, call: Call) => Promise<Result<Answer, Denial>>;

/** Who acts, as the audit names it. */
export function actorOf({ caller }: Call): string {
  if (caller.kind === 'session') return caller.session.id;
  if (caller.kind === 'new-key') return caller.key;
  return caller.kind === 'dev-owner' ? 'dev' : 'broker';
}

/** The calling session. The access table has let nobody else through. */
export function sessionOf({ caller }: Call): Session {
  if (caller.kind !== 'session') throw new Error('the access table let a stranger through');
  return caller.session;
}

/** What is wrong with the key that a call brings: it must have proved the call, and the request must name it. */
export function newKeyFault({ caller }: Call, named: Thumbprint): Denial | undefined {
  const proven = caller.kind === 'session' ? caller.newKey : undefined;
  return proven === named ? undefined : { reason: 'new_key_mismatch' };
}
