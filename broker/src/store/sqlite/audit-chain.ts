import { hash } from 'node:crypto';
import type { AuditEvent } from '../../domain/audit.js';

const hashBytes = 32;

/** The hash before the first record. */
export const noHash: Uint8Array = new Uint8Array(hashBytes);

const recordDomain = Buffer.from('creance-audit-v1\0', 'ascii');
const checkpointDomain = 'creance-audit-checkpoint-v1\0';

/**
 * The one text of a record, that is hashed and stored: JSON with the members in this order and the
 * facts by name. What is absent is null. JSON escapes lone surrogates, so that every text survives
 * UTF-8.
 */
export function canonicalText(sequence: number, event: AuditEvent): string {
  const { kind, at, actor, session = null, requestId = null, facts } = event;
  const sorted: Record<string, unknown> = {};
  for (const name of Object.keys(facts).sort()) sorted[name] = facts[name];
  return JSON.stringify({ sequence, kind, at, actor, session, requestId, facts: sorted });
}

/** The event of a record's text, as `canonicalText` has written it. */
export function eventOfText(text: string): AuditEvent {
  const { kind, at, actor, session, requestId, facts } = JSON.parse(text) as AuditEvent & {
    readonly session: AuditEvent['session'] | null;
    readonly requestId: string | null;
  };
  const named = session === null ? {} : { session: session as NonNullable<typeof session> };
  return { kind, at, actor, ...named, ...(requestId !== null && { requestId }), facts };
}

/** The hash of a record: SHA-256 over a domain prefix, the hash before it and its canonical text. */
export function chainHash(previous: Uint8Array, text: string): Buffer {
  return hash('sha256', Buffer.concat([recordDomain, previous, Buffer.from(text)]), 'buffer');
}

/** What a checkpoint signs: domain prefix, issuer, sequence as decimal and hash, parted by NUL. */
export function checkpointBytes(issuer: string, sequence: number, head: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${checkpointDomain}${issuer}\0${sequence}\0`), head]);
}
