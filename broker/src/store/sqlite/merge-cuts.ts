import { isDeepStrictEqual } from 'node:util';
import type { Revision } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import type { JournalledCut } from '../emergency/journalled-cut.js';
import { lastRevision } from '../emergency/journalled-cut.js';
import type { LogRow } from '../store.js';
import { countUnended } from './counts.js';
import { takeOutOfUse } from './handle-cuts.js';
import { reachBelow, reachOf, withEffect } from './reach.js';
import type { Room } from './room.js';

/** Whether the store has a cut already: it was merged, and the journal not emptied. */
export function isMerged({ log }: Room, { rows }: JournalledCut): boolean {
  return rows.every((row) => isDeepStrictEqual(log.read.at(row.revision), row));
}

/**
 * Has a cut stand in memory, and gives its audit event with what it came to. To be called once for each cut,
 * whether it is on the disk or not.
 */
export function applyToMemory(room: Room, cut: JournalledCut): AuditEvent {
  const { mirror } = room;
  const { target, rows } = cut;
  const revision = lastRevision(cut);
  const effect = { revision, journalledAt: cut.journalledAt };
  if (target.kind === 'token-keys') return withEffect(cut.audit, effect);
  if (target.kind === 'session') {
    const entry = mirror.get(target.id);
    if (entry === undefined) return withEffect(cut.audit, { ...effect, sessionsEnded: 0 });
    const sessionsEnded = countUnended(entry, mirror.cuts);
    const reach = reachBelow(room, entry);
    mirror.end(entry, { as: 'revoked', revision });
    return withEffect(cut.audit, { ...effect, sessionsEnded }, reach);
  }
  const wasLive = [...mirror.live.all()].filter((entry) => mirror.isUnended(entry));
  for (const row of rows) endByRow(room, row);
  const ended = wasLive.filter((entry) => !mirror.isUnended(entry));
  return withEffect(cut.audit, { ...effect, sessionsEnded: ended.length }, reachOf(room, ended));
}

/** Writes a cut that stands in memory to the tables, with its audit record. Inside a transaction. */
export function writeToTables(
  room: Room,
  { target, rows }: JournalledCut,
  event: AuditEvent,
  now: Instant,
): void {
  const { log, sessions, revoked, audit } = room;
  const isBelow = target.kind !== 'session' && target.kind !== 'token-keys';
  for (const row of rows) log.merge(row, isBelow && row.entry.kind === 'handle');
  if (target.kind === 'session') {
    const row = sessions.byId(target.id);
    const revision = rows[0]?.revision as Revision;
    if (row !== undefined) sessions.setEnding(row.ordinal, { as: 'revoked', revision });
  } else if (target.kind === 'token-keys') {
    for (const keyId of target.keyIds) revoked.tokenKey(keyId);
  } else if (target.kind !== 'before') {
    takeOutOfUse(room, target);
  }
  audit.append({ ...event, at: now });
}

function endByRow({ mirror }: Room, { revision, entry }: LogRow): void {
  if (entry.kind === 'before') mirror.cuts.endBefore(entry.before);
  else if (entry.kind === 'handle') mirror.cuts.endBelow(entry.handle, revision);
}
