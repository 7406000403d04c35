import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { AuditKind } from '../../broker/src/domain/audit.js';
import type { FactRow } from '../../broker/src/domain/audit-facts.js';
import { auditTable } from '../../broker/src/domain/audit-table.js';

const forms: Readonly<Record<FactRow['form'], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  'number or text': (value) => typeof value === 'number' || typeof value === 'string',
};

/** What a record says otherwise than the table of audit events; nothing when it fits. */
function misfits(kind: AuditKind, said: object): readonly string[] {
  const rows = auditTable[kind].facts;
  const facts: Readonly<Record<string, unknown>> = { ...said };
  const unknown = Object.keys(facts).filter((name) => !Object.hasOwn(rows, name));
  const wrong = Object.entries(rows).filter(([name, { form, isAlways }]) =>
    name in facts ? !forms[form](facts[name]) : isAlways,
  );
  return [...unknown, ...wrong.map(([name]) => name)].map((name) => `${kind}.${name}`);
}

/**
 * Holds every record of a store, beside whoever writes it, against the table of audit events, but for kinds
 * that a test has written by its own hand. Gives the kinds that it has met.
 */
export function expectAuditForm(
  folder: string,
  byHand: readonly AuditKind[] = [],
): ReadonlySet<AuditKind> {
  const file = join(folder, 'creance.db');
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const rows = db.prepare<[], { record: string }>('SELECT record FROM audit').all();
    const records = rows
      .map(({ record }) => JSON.parse(record) as { kind: AuditKind; facts: object })
      .filter(({ kind }) => !byHand.includes(kind));
    expect(new Set(records.flatMap(({ kind, facts }) => misfits(kind, facts)))).toEqual(new Set());
    return new Set(records.map(({ kind }) => kind));
  } finally {
    db.close();
  }
}
