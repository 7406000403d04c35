import type { Handle, Revision } from '@creance/proto';
import type { ApplyManifestAsk } from '../commands/apply-manifest.js';
import type { Command } from '../commands/call.js';
import type { CompromiseKeyAnswer, CompromiseKeyAsk } from '../commands/compromise-key.js';
import type { ChildJoinTokenAnswer } from '../commands/create-child-join-token.js';
import type { JoinTokenAnswer, JoinTokenAsk } from '../commands/create-join-token.js';
import type { CutAnswer, CutAsk } from '../commands/cut.js';
import type { ExplainedRefusal, ExplainRefusalAsk } from '../commands/explain-refusal.js';
import type { ExplainAsk, Explanation } from '../commands/explain-session.js';
import type { GetSessionAsk, SessionDetail } from '../commands/get-session.js';
import type { IssuedToken } from '../commands/issue-token.js';
import type { DeliveriesListed, ListDeliveriesAsk } from '../commands/list-deliveries.js';
import type { KeyListed } from '../commands/list-keys.js';
import type { ListSessionsAsk, SessionPage } from '../commands/list-sessions.js';
import type { ManifestSource } from '../commands/manifest-source.js';
import type { OpenedMember, OpenSessionAsk } from '../commands/open-session.js';
import type { ManifestPlan } from '../commands/plan-manifest.js';
import type { ApproveAnswer, ApproveAsk } from '../commands/proposals.js';
import type { Waits } from '../commands/propose.js';
import type { ApplyManifestAnswer } from '../commands/put-in-force.js';
import type { ReadHistoryAsk } from '../commands/read-history.js';
import type { RekeyAsk } from '../commands/rekey-session.js';
import type { Resumed } from '../commands/resume.js';
import type { SuggestEnvelopeAnswer, SuggestEnvelopeAsk } from '../commands/suggest-envelope.js';
import type { HoldAsk } from '../commands/suspend.js';
import type { ActionReport, ReportTaken } from '../domain/action.js';
import type { HistoryPage } from '../domain/history.js';
import type { TokenAsk } from '../domain/policy.js';
import type { Proposal } from '../domain/proposal.js';
import type { Session } from '../domain/session.js';
import type { Feed } from '../feed/feed.js';
import type { ManifestText, ManifestVersion } from '../store/store.js';
import type { ChildTokenAsk, DelegateAsk } from './convert-delegation.js';

type Nothing = Record<string, never>;

/** The verbs behind the edge. */
export interface EdgeCommands {
  readonly openSession: Command<OpenSessionAsk, OpenedMember>;
  readonly issueToken: Command<TokenAsk, IssuedToken>;
  readonly renewSession: Command<Nothing, Session>;
  readonly endSession: Command<Nothing, Revision>;
  readonly delegateSession: Command<DelegateAsk, Session>;
  readonly createChildJoinToken: Command<ChildTokenAsk, ChildJoinTokenAnswer>;
  readonly rekeySession: Command<RekeyAsk, Revision>;
  readonly reportActions: Command<ActionReport, ReportTaken>;
  readonly cut: Command<CutAsk, CutAnswer>;
  readonly suspend: Command<HoldAsk, CutAnswer>;
  readonly resume: Command<HoldAsk, Resumed | Waits>;
  readonly listProposals: Command<Nothing, readonly Proposal[]>;
  readonly approveProposal: Command<ApproveAsk, ApproveAnswer>;
  readonly denyProposal: Command<{ readonly id: Handle; readonly reason: string }, Proposal>;
  readonly compromiseKey: Command<CompromiseKeyAsk, CompromiseKeyAnswer>;
  readonly listKeys: Command<Nothing, readonly KeyListed[]>;
  readonly listSessions: Command<ListSessionsAsk, SessionPage>;
  readonly getSession: Command<GetSessionAsk, SessionDetail>;
  readonly explainRefusal: Command<ExplainRefusalAsk, ExplainedRefusal>;
  readonly explainSession: Command<ExplainAsk, Explanation>;
  readonly suggestEnvelope: Command<SuggestEnvelopeAsk, SuggestEnvelopeAnswer>;
  readonly readHistory: Command<ReadHistoryAsk, HistoryPage>;
  readonly listDeliveries: Command<ListDeliveriesAsk, DeliveriesListed>;
  readonly createJoinToken: Command<JoinTokenAsk, JoinTokenAnswer>;
  readonly planManifest: Command<ManifestSource, ManifestPlan>;
  readonly applyManifest: Command<ApplyManifestAsk, ApplyManifestAnswer | Waits>;
  readonly listManifestVersions: Command<Nothing, readonly ManifestVersion[]>;
  readonly getManifest: Command<{ readonly version: number | undefined }, ManifestText>;
}

/** The feed as the edge uses it. */
export type EdgeFeed = Pick<
  Feed,
  'standing' | 'subscribe' | 'unsubscribe' | 'acknowledge' | 'subscribers' | 'head' | 'close'
>;
