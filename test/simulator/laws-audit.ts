import type { SessionId, Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../../broker/src/domain/audit.js';
import type { AuditRow } from './ledger.js';
import type { Scene } from './scene.js';

type Facts = AuditEvent['facts'];

/** Acts of a session, which nobody on its path may be held for. */
const acts: readonly string[] = [
  'token_issued',
  'session_renewed',
  'session_delegated',
  'child_join_token_created',
  'session_rekeyed',
];

/** What kills every token of a session, and of those below it, that was issued before. */
const killers: readonly string[] = [
  'session_cut',
  'session_ended',
  'session_suspended',
  'risk_suspended',
  'tokens_cut',
  'theft_answered',
  'session_rekeyed',
  'session_revalidated',
];

/** Laws 2, 3 and 8 over records, in the order in which they became durable. */
export function auditLaws(world: Scene, fresh: readonly AuditRow[]): void {
  for (const { event, text, sequence } of fresh) {
    checkOrder(world, sequence);
    checkSecrets(world, text);
    checkHeld(world, event);
    note(world, event, sequence);
  }
}

function checkOrder({ laws, ledger }: Scene, sequence: number): void {
  const at = ledger.records.findIndex((row) => row.sequence === sequence);
  if (at >= 0 && at + 1 !== sequence) laws.fail('law 4', 'a record is missing from the audit');
}

/** Law 8: what was handed out is written down nowhere. */
function checkSecrets({ laws, secrets }: Scene, text: string): void {
  for (const secret of secrets) {
    if (text.includes(secret)) laws.fail('law 8', 'bearer material lies in the audit');
  }
}

/** Law 2: whoever is held, or hangs below somebody who is, does not act. */
function checkHeld({ laws, ledger }: Scene, { kind, session, facts }: AuditEvent): void {
  const parent = parentIn(facts);
  const actor = kind === 'session_delegated' || kind === 'session_opened' ? parent : session;
  const isAct = acts.includes(kind) || (kind === 'session_opened' && parent !== undefined);
  if (!isAct || actor === undefined) return;
  const held = ledger.path(actor).find(({ id }) => laws.audit.held.has(id));
  if (held !== undefined) laws.fail('law 2', `${kind} below ${held.id}, which is held`);
}

/** Keeps what the record says. */
function note({ laws, disk }: Scene, { kind, session, facts }: AuditEvent, sequence: number): void {
  const { held, keyOf, issued, killedAt } = laws.audit;
  const on = (facts['onSession'] as SessionId | undefined) ?? session;
  if (killers.includes(kind) && on !== undefined) killedAt.set(on, sequence);
  if (kind === 'theft_answered' && facts['answer'] === 'suspended')
    held.add(facts['onSession'] as SessionId);
  if (session === undefined) return;
  if (kind === 'session_suspended' || kind === 'risk_suspended')
    held.add((facts['onSession'] as SessionId | undefined) ?? session);
  if (kind === 'session_resumed') held.delete(session);
  if (kind === 'session_rekeyed' || kind === 'session_revalidated')
    keyOf.set(session, facts['key'] as Thumbprint);
  if (kind === 'session_opened' || kind === 'session_delegated')
    keyOf.set(session, keyAtOpening(disk, session));
  if (kind === 'token_issued')
    issued.set(String(facts['token']), { sequence, key: keyOf.get(session) });
}

/** Records of openings do not name the key: its row does, unless a rekey of the same group came after. */
function keyAtOpening(disk: Scene['disk'], session: SessionId): Thumbprint {
  const sql =
    'SELECT coalesce((SELECT NULL WHERE rekeyed_at IS NOT NULL), key) AS key FROM sessions WHERE id = ?';
  return disk.rows<{ key: Thumbprint }>(sql, session)[0]?.key as Thumbprint;
}

function parentIn(facts: Facts): SessionId | undefined {
  return facts['parent'] as SessionId | undefined;
}
