import type { Result, Revision } from '@creance/proto';
import type {
  BeforeCut,
  CutDone,
  HandleCut,
  RegistryChange,
  RegistryChanged,
  SessionCut,
  SessionResume,
  TheftAnswered,
  TokenKeysCut,
} from './cut-asks.js';
import type { ContestJoinToken, JoinTokenContested } from './evidence-asks.js';
import type { ResumeRefusal, StoreRefusal, SuspendRefusal } from './refusals.js';
import type { RiskHeld, RiskHold } from './watch-asks.js';

/** What ends, holds and lets go, as the store has it: each one transaction, its audit record included. */
export interface CutWrites {
  /** Ends a session and everything below it for good, whatever their state. Absolute. */
  cutSession(ask: SessionCut): Promise<Result<CutDone, 'session_unknown' | StoreRefusal>>;
  /** Ends all sessions opened before a revision, and all tokens with `rev` below it. */
  cutBefore(ask: BeforeCut): Promise<Result<CutDone, 'revision_in_future' | StoreRefusal>>;
  /**
   * Ends all sessions below a handle that were opened before this row, and kills their tokens. What is
   * opened afterwards lives. Cutting evidence also takes it out of use for good: the key, or every key
   * that the join token has registered and the join token itself.
   */
  cutHandle(ask: HandleCut): Promise<Result<CutDone, 'target_unknown' | StoreRefusal>>;
  /**
   * Holds a session and everything below it: tokens with `rev` below the row die, none is issued. Holding
   * it again gives the first revision. A hold outlasts restarts and ends by `resumeSession` alone.
   */
  suspendSession(ask: SessionCut): Promise<Result<CutDone, SuspendRefusal>>;
  /**
   * Holds a session for its risk, and its root when the whole tree is meant: one row for each that was not
   * held. One that is held for less, by an operator or for a theft, is held for this from then on, without
   * a row. Held for it again gives the first revision, and nothing is written. Evidence is held as after a
   * theft, but it makes no theft a repeated one. Revokes nothing.
   */
  suspendForRisk(ask: RiskHold): Promise<Result<RiskHeld, SuspendRefusal>>;
  /**
   * Ends the hold of a session itself. No row of the log. Gives how many live sessions it lets go. One that
   * the watch holds must have been revalidated since. With a second person's word it ends exactly the hold that
   * was meant, and the proposal with it.
   */
  resumeSession(ask: SessionResume): Promise<Result<number, ResumeRefusal>>;
  /**
   * Another key has brought a join token for one key, that was redeemed and lives: both keys open nothing until
   * another join token registers them anew, and what they have opened is held. Once a token; of any other token,
   * and for the key that has redeemed it, nothing happens.
   */
  contestJoinToken(ask: ContestJoinToken): Promise<Result<JoinTokenContested, StoreRefusal>>;
  /** Kills the tokens of a session and of those below it: a hold and its end in one step, one row. */
  cutTokens(ask: SessionCut): Promise<Result<Revision, SuspendRefusal>>;
  /**
   * Answers a cloned key: holds the root of the session and the evidence of every session of its path;
   * when that evidence was held before and has not been quiet since, revokes the root instead. One
   * transaction, one row. Evidence is held for `limits.evidenceHoldSeconds`, doubling each time.
   */
  answerTheft(ask: SessionCut): Promise<Result<TheftAnswered, SuspendRefusal>>;
  /** Cuts token keys and publishes others: one transaction, the cuts first. */
  cutTokenKeys(ask: TokenKeysCut): Promise<Result<Revision, StoreRefusal>>;
  /**
   * Ends the sessions of every member that `isRegistered` denies or that another owner has now: one row
   * for each member, one transaction. Gives the members that it ended sessions of.
   */
  changeRegistry(ask: RegistryChange): Promise<Result<RegistryChanged, StoreRefusal>>;
}
