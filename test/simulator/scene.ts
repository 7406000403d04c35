import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import type { TestKey } from '../support/test-key.js';
import type { BrokerProcess } from './broker-process.js';
import type { Disk } from './disk.js';
import type { HostClock } from './host-clock.js';
import type { Ledger } from './ledger.js';
import type { Thief } from './thief.js';
import type { VerifierHost } from './verifier-host.js';
import type { VirtualTime } from './virtual-time.js';
import type { WireCall, WireReply } from './wire-call.js';

/** What the audit has said so far, in its order. */
export interface AuditState {
  /** Sessions that are held themselves. */
  readonly held: Set<SessionId>;
  readonly keyOf: Map<SessionId, Thumbprint>;
  /** Tokens by id: their record, and the key that their session had as they were issued. */
  readonly issued: Map<string, { sequence: number; key: Thumbprint | undefined }>;
  /** The last record by which all tokens of a session, and of those below it, have died. */
  readonly killedAt: Map<SessionId, number>;
}

/** The laws as those see them that hold one. */
export interface Laws {
  readonly audit: AuditState;
  /** Revisions that somebody was told of. */
  readonly acknowledged: { readonly revision: Revision; readonly what: string }[];
  /** Notes that a law is broken: the first time counts. */
  fail(law: string, seen: string): void;
}

/** A world as its agents and its laws see it. */
export interface Scene {
  readonly time: VirtualTime;
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly laws: Laws;
  readonly broker: BrokerProcess;
  readonly agentClock: HostClock;
  readonly verifiers: readonly VerifierHost[];
  readonly thief: Thief;
  readonly secrets: Set<string>;
  readonly newKey: () => TestKey;
  readonly isClockStepped: boolean;
  toBroker(call: WireCall, replied: (reply: WireReply, nonce: string) => void): void;
}
