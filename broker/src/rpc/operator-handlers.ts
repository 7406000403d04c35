import { ok } from '@creance/proto';
import type { Command } from '../commands/call.js';
import { access } from './access.js';
import * as cut from './convert-cut.js';
import * as deliveries from './convert-deliveries.js';
import * as envelope from './convert-envelope.js';
import * as explain from './convert-explain.js';
import * as history from './convert-history.js';
import * as keys from './convert-keys.js';
import * as operator from './convert-operator.js';
import * as proposal from './convert-proposal.js';
import * as refusal from './convert-refusal.js';
import * as detail from './convert-session-detail.js';
import type { EdgeCommands, EdgeFeed } from './edge-commands.js';
import type { Handlers } from './handler-table.js';
import type { MakeUnary } from './unary-method.js';

/** The calls of OperatorService. */
export function operatorHandlers(
  method: MakeUnary,
  commands: EdgeCommands,
  feed: Pick<EdgeFeed, 'subscribers' | 'head'>,
  clockOffMillis: () => number,
): Omit<Handlers['operator'], 'watchEvents'> {
  return {
    cut: method(access.operator.cut, {
      read: cut.readCut,
      run: commands.cut,
      write: cut.writeCut,
    }),
    suspend: method(access.operator.suspend, {
      read: cut.readSuspend,
      run: commands.suspend,
      write: cut.writeSuspend,
    }),
    resume: method(access.operator.resume, {
      read: cut.readResume,
      run: commands.resume,
      write: cut.writeResume,
    }),
    listProposals: method(access.operator.listProposals, {
      read: proposal.readListProposals,
      run: commands.listProposals,
      write: proposal.writeListProposals,
    }),
    approveProposal: method(access.operator.approveProposal, {
      read: proposal.readApproveProposal,
      run: commands.approveProposal,
      write: proposal.writeApproveProposal,
    }),
    denyProposal: method(access.operator.denyProposal, {
      read: proposal.readDenyProposal,
      run: commands.denyProposal,
      write: proposal.writeDenyProposal,
    }),
    compromiseKey: method(access.operator.compromiseKey, {
      read: keys.readCompromiseKey,
      run: commands.compromiseKey,
      write: keys.writeCompromiseKey,
    }),
    listKeys: method(access.operator.listKeys, {
      read: keys.readListKeys,
      run: commands.listKeys,
      write: keys.writeListKeys,
    }),
    listSessions: method(access.operator.listSessions, {
      read: operator.readListSessions,
      run: commands.listSessions,
      write: operator.writeListSessions,
    }),
    getSession: method(access.operator.getSession, {
      read: detail.readGetSession,
      run: commands.getSession,
      write: detail.writeGetSession,
    }),
    explainRefusal: method(access.operator.explainRefusal, {
      read: refusal.readExplainRefusal,
      run: commands.explainRefusal,
      write: refusal.writeExplainRefusal,
    }),
    listVerifiers: method(access.operator.listVerifiers, {
      read: operator.readListVerifiers,
      run: listVerifiers(feed, clockOffMillis),
      write: operator.writeListVerifiers,
    }),
    explainSession: method(access.operator.explainSession, {
      read: explain.readExplainSession,
      run: commands.explainSession,
      write: explain.writeExplainSession,
    }),
    suggestEnvelope: method(access.operator.suggestEnvelope, {
      read: envelope.readSuggestEnvelope,
      run: commands.suggestEnvelope,
      write: envelope.writeSuggestEnvelope,
    }),
    readHistory: method(access.operator.readHistory, {
      read: history.readReadHistory,
      run: commands.readHistory,
      write: history.writeReadHistory,
    }),
    listDeliveries: method(access.operator.listDeliveries, {
      read: deliveries.readListDeliveries,
      run: commands.listDeliveries,
      write: deliveries.writeListDeliveries,
    }),
  };
}

function listVerifiers(
  feed: Pick<EdgeFeed, 'subscribers' | 'head'>,
  clockOffMillis: () => number,
): Command<Record<string, never>, operator.VerifierList> {
  return async (_, { now }) =>
    ok({
      subscribers: feed.subscribers(),
      head: feed.head,
      now,
      clockOffMillis: clockOffMillis(),
    });
}
