import type Database from 'better-sqlite3';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import type { LimitName } from '../../domain/limits.js';
import type { Clock } from '../../runtime/clock.js';
import { Audit } from './audit.js';
import { AuditNear } from './audit-near.js';
import { ChildTokenTable } from './child-token-table.js';
import { DeliveryTable } from './delivery-table.js';
import type { Entry } from './entry.js';
import { EvidenceHolds } from './evidence-holds.js';
import { EvidenceKeyTable } from './evidence-key-table.js';
import { Floor } from './floor.js';
import { FormerKeys } from './former-keys.js';
import { JoinTokenTable } from './join-token-table.js';
import { Journal } from './journal.js';
import { KeptWatchTable } from './kept-watch-table.js';
import { RevocationLog } from './log.js';
import { ManifestTable } from './manifest-table.js';
import { Members } from './members.js';
import { Mirror } from './mirror.js';
import { ProposalTable } from './proposal-table.js';
import { ReceiverTable } from './receiver-table.js';
import { Resumes } from './resumes.js';
import { RevokedNotes } from './revoked-notes.js';
import { entryOf } from './session-rows.js';
import { SessionTable } from './session-table.js';
import { shelfSeconds } from './shelf.js';
import { UpstreamTable } from './upstream-table.js';

/** Every bound of the broker with its number. */
export type Limits = Readonly<Record<LimitName, number>>;

/** What the writes of a store work on: its tables and its memory. */
export interface Room {
  readonly limits: Limits;
  readonly journal: Journal;
  readonly log: RevocationLog;
  readonly floor: Floor;
  readonly resumes: Resumes;
  readonly revoked: RevokedNotes;
  readonly audit: Audit;
  readonly auditNear: AuditNear;
  readonly mirror: Mirror;
  readonly members: Members;
  readonly upstreams: UpstreamTable;
  readonly sessions: SessionTable;
  readonly formerKeys: FormerKeys;
  readonly joinTokens: JoinTokenTable;
  readonly childTokens: ChildTokenTable;
  readonly evidenceKeys: EvidenceKeyTable;
  readonly evidenceHolds: EvidenceHolds;
  readonly watchHolds: EvidenceHolds;
  readonly keptWatch: KeptWatchTable;
  readonly manifests: ManifestTable;
  readonly proposals: ProposalTable;
  readonly deliveries: DeliveryTable;
  readonly receivers: ReceiverTable;
}

/** Furnishes a room from a migrated database. */
export function openRoom(db: Database.Database, clock: Clock, limits: Limits): Room {
  const journal = new Journal();
  const log = new RevocationLog(db, clock, journal);
  const mirror = new Mirror({
    journal,
    idleSeconds: limits.sessionIdleSeconds,
    before: log.read.beforeMost(),
  });
  const sessions = new SessionTable(db);
  load(sessions, mirror, log, clock.now());
  journal.commit();
  return {
    limits,
    journal,
    log,
    floor: new Floor(db, journal),
    resumes: new Resumes(journal),
    revoked: new RevokedNotes(journal),
    audit: new Audit(db, journal),
    auditNear: new AuditNear(db, limits.auditRecordsNear),
    mirror,
    members: new Members(db, journal),
    upstreams: new UpstreamTable(db),
    sessions,
    formerKeys: new FormerKeys(db),
    joinTokens: new JoinTokenTable(db),
    childTokens: new ChildTokenTable(db),
    evidenceKeys: new EvidenceKeyTable(db),
    evidenceHolds: new EvidenceHolds(db, limits, 'evidence_holds'),
    watchHolds: new EvidenceHolds(db, limits, 'watch_holds'),
    keptWatch: new KeptWatchTable(db),
    manifests: new ManifestTable(db),
    proposals: new ProposalTable(db),
    deliveries: new DeliveryTable(db),
    receivers: new ReceiverTable(db),
  };
}

/**
 * Loads what lives and what ended lately, and the cuts that can end some of it: not the whole log. A child whose parent is not there hangs below one that ended
 * long ago: it is dead, and stays away.
 */
function load(sessions: SessionTable, mirror: Mirror, log: RevocationLog, now: Instant): void {
  const shared = sharedTexts();
  const loaded: Entry[] = [];
  let opened = log.head;
  for (const row of sessions.lately(plusSeconds(now, -shelfSeconds))) {
    const { session, ordinal, ending, hold } = entryOf(row);
    if (session.parent !== undefined && mirror.get(session.parent) === undefined) continue;
    const entry = mirror.add({
      session: {
        ...session,
        name: shared(session.name),
        member: shared(session.member),
        owner: shared(session.owner),
        evidenceIssuer: shared(session.evidenceIssuer),
        evidenceKey: shared(session.evidenceKey),
      },
      ordinal,
      ending,
      hold,
    });
    loaded.push(entry);
    if (session.openedRevision < opened) opened = session.openedRevision;
  }
  mirror.cuts.learn(log.read.handleCuts(opened));
  const ended = loaded.filter((entry) => !mirror.isUnended(entry));
  mirror.shelve(ended, now);
}

/** The driver makes a new string for each column of each row; one of a kind is enough. */
function sharedTexts(): <T extends string>(text: T) => T {
  const known = new Map<string, string>();
  return <T extends string>(text: T): T => {
    const found = known.get(text);
    if (found === undefined) known.set(text, text);
    return (found ?? text) as T;
  };
}
