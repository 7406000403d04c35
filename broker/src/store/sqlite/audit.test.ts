import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import { sessionIdOf } from '../../doubles/ids.js';
import { Audit } from './audit.js';
import { canonicalText, chainHash, checkpointBytes, noHash } from './audit-chain.js';
import { Journal } from './journal.js';
import { applyMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';

const at = 1_764_000_000_000_000 as Instant;
const event: AuditEvent = {
  kind: 'token_issued',
  at,
  actor: 'broker',
  session: sessionIdOf('a'),
  requestId: 'r-1',
  facts: { resource: 'crm', expiresAt: 5, scopes: ['b', 'a'], Absolute: true },
};

function openAudit(): { db: Database.Database; journal: Journal; audit: Audit } {
  const db = new Database(':memory:');
  applyMigrations(db, migrations, at);
  const journal = new Journal();
  return { db, journal, audit: new Audit(db, journal) };
}

describe('the canonical text of a record', () => {
  it('has fixed members in a fixed order and facts by name', () => {
    expect(canonicalText(7, event)).toBe(
      `{"sequence":7,"kind":"token_issued","at":1764000000000000,"actor":"broker","session":"${sessionIdOf('a')}","requestId":"r-1","facts":{"Absolute":true,"expiresAt":5,"resource":"crm","scopes":["b","a"]}}`,
    );
  });

  it('says null for what is absent', () => {
    const bare = { kind: 'broker_started', at, actor: 'broker', facts: {} } as const;
    expect(canonicalText(1, bare)).toBe(
      '{"sequence":1,"kind":"broker_started","at":1764000000000000,"actor":"broker","session":null,"requestId":null,"facts":{}}',
    );
  });

  // breaks when: a text is stored as it came instead of as JSON
  it('survives the database whatever the caller wrote', () => {
    const { db, audit } = openAudit();
    const nasty = '\ud800 \u0000 "},"facts":{" \u2028 \\';
    audit.append({ ...event, requestId: nasty, facts: { [nasty]: nasty } });
    const stored = db.prepare('SELECT record FROM audit').pluck().get() as string;
    expect(stored).toBe(
      canonicalText(1, { ...event, requestId: nasty, facts: { [nasty]: nasty } }),
    );
    expect(JSON.parse(stored).facts).toEqual({ [nasty]: nasty });
  });
});

describe('the chain', () => {
  it('hashes domain, previous hash and text, from a hash of zeros', () => {
    const hash = createHash('sha256').update('creance-audit-v1\0');
    const expected = hash.update(Buffer.alloc(32)).update('{"é":1}', 'utf8').digest();
    expect(chainHash(noHash, '{"é":1}')).toEqual(expected);
  });

  it('signs domain, issuer, sequence and hash in a checkpoint', () => {
    const expected = Buffer.concat([
      Buffer.from('creance-audit-checkpoint-v1\0https://a.example\x0042\0'),
      Buffer.alloc(32, 7),
    ]);
    expect(checkpointBytes('https://a.example', 42, Buffer.alloc(32, 7))).toEqual(expected);
  });

  it('goes on from the last record after a restart', () => {
    const { db, audit, journal } = openAudit();
    audit.append(event);
    audit.append(event);
    const again = new Audit(db, journal);
    expect(again.head).toEqual(audit.head);
    expect(again.head.sequence).toBe(2);
  });

  it('takes back what its group does not commit', () => {
    const { audit, journal } = openAudit();
    audit.append(event);
    journal.commit();
    const before = audit.head;
    audit.append(event);
    journal.rollBack();
    expect(audit.head).toEqual(before);
  });
});
