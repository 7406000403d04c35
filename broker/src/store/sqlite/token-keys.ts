import { ok, type Result, type Revision } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { LoggedTokenKey, TokenKeysCut } from '../store.js';
import { withEffect } from './reach.js';
import type { Room } from './room.js';

/** Publishes a token key once. */
export function publishTokenKey(
  { log, audit }: Room,
  { key, event }: { readonly key: LoggedTokenKey; readonly event: AuditEvent },
): Result<Revision, never> {
  const published = log.read.tokenKeyRevision(key.keyId);
  if (published !== undefined) return ok(published);
  const revision = log.append({ kind: 'token-key', key });
  audit.append(event);
  return ok(revision);
}

/** Cuts token keys and publishes others; gives the last row, from which on both hold. */
export function cutTokenKeys(room: Room, ask: TokenKeysCut): Result<Revision, never> {
  const { log, audit, revoked } = room;
  const uncut = ask.keyIds.filter((keyId) => log.read.keyCutRevision(keyId) === undefined);
  const fresh = ask.fresh.filter(({ keyId }) => log.read.tokenKeyRevision(keyId) === undefined);
  if (uncut.length + fresh.length === 0) return ok(lastRevision(room, ask));
  for (const keyId of new Set(uncut)) {
    log.append({ kind: 'key-cut', keyId });
    revoked.tokenKey(keyId);
  }
  for (const key of fresh) log.append({ kind: 'token-key', key });
  audit.append(withEffect(ask.audit, { revision: log.head }));
  return ok(log.head);
}

/** The last of the rows of an ask that was done before. */
function lastRevision({ log }: Room, { keyIds, fresh }: TokenKeysCut): Revision {
  const cuts = keyIds.map((keyId) => log.read.keyCutRevision(keyId) ?? 0);
  const keys = fresh.map(({ keyId }) => log.read.tokenKeyRevision(keyId) ?? 0);
  return Math.max(0, ...cuts, ...keys) as Revision;
}
