import { bytesOfHandle, parseHandle } from '@creance/proto';
import {
  ApproveProposalRequest,
  ApproveProposalResponse,
  DenyProposalRequest,
  DenyProposalResponse,
  ListProposalsRequest,
  ListProposalsResponse,
  type ProposalSummary,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { askYes } from './ask-yes.js';
import { count } from './confirm.js';
import { call } from './operator-call.js';
import {
  CommandFailed,
  type Format,
  instantText,
  type Output,
  print,
  printRows,
} from './output.js';
import { planned } from './plan-call.js';
import { planText } from './plan-text.js';
import { actOf, rowOf, subjectOf } from './proposal-words.js';

const service = '/creance.v1.OperatorService';

/** Lists what waits for a second person, the oldest first. */
export async function approvals(
  line: OperatorLine,
  { o }: { readonly o: Format },
  output: Output,
): Promise<void> {
  const columns = ['id', 'act', 'what', 'author', 'reason', 'proposed', 'expires'] as const;
  const rows = (await waiting(line)).map(rowOf);
  if (o === 'table') printRows(rows, columns, o, output);
  else print(rows, () => '', o, output);
}

/** Whom to approve, and whether nobody is asked. */
export interface ApproveFlags {
  readonly id: string;
  readonly yes: boolean;
  readonly o: Format;
}

/** Shows an act that waits, what a manifest would change included, and does exactly what it has shown. */
export async function approve(
  line: OperatorLine,
  { id, yes, o }: ApproveFlags,
  output: Output,
): Promise<void> {
  const proposalId = idBytes(id);
  const found = (await waiting(line)).find((each) => each.proposalId.equals(proposalId));
  if (found === undefined)
    throw new CommandFailed('no such act waits — fix: look at what waits with creance approvals');
  const expires = instantText(found.expiresUnixMicros);
  output.words(`${actOf(found)} ${subjectOf(found)}, wanted by ${found.author}: ${found.reason}`);
  output.words(`digest ${found.digest}, waits until ${expires}`);
  if (found.act?.$case === 'manifest')
    output.words(planText(await planned(line, { $case: 'proposal', value: proposalId })));
  if (!yes) await askYes('approve this?', 'nothing was approved');
  const ask = { proposalId, digest: found.digest };
  const bytes = ApproveProposalRequest.encode(ask).finish();
  const { done } = ApproveProposalResponse.decode(
    await call(line, `${service}/ApproveProposal`, bytes),
  );
  print(doneFacts(id, done), () => doneWords(done), o, output);
}

/** Takes away what waits. */
export async function deny(
  line: OperatorLine,
  { id, reason, o }: { readonly id: string; readonly reason: string; readonly o: Format },
  output: Output,
): Promise<void> {
  const bytes = DenyProposalRequest.encode({ proposalId: idBytes(id), reason }).finish();
  const { denied } = DenyProposalResponse.decode(
    await call(line, `${service}/DenyProposal`, bytes),
  );
  const words = `denied: ${denied && `${actOf(denied)} ${subjectOf(denied)}, wanted by ${denied.author}`}`;
  print({ proposal: id, denied: true }, () => words, o, output);
}

type Done = ApproveProposalResponse['done'];

function doneFacts(proposal: string, done: Done): Readonly<Record<string, unknown>> {
  if (done?.$case !== 'applied')
    return { proposal, sessionsResumed: done?.value.sessionsResumed ?? 0 };
  const { version, sessionsEnded, changes, widenings } = done.value;
  return { proposal, version: Number(version), sessionsEnded, changes, widenings };
}

function doneWords(done: Done): string {
  if (done?.$case !== 'applied')
    return `resumed: ${count(done?.value.sessionsResumed ?? 0, 'session')} may act again`;
  const { version, changes, sessionsEnded } = done.value;
  return `version ${version} is in force: ${count(changes, 'change')}, ${count(sessionsEnded, 'session')} ended`;
}

async function waiting(line: OperatorLine): Promise<readonly ProposalSummary[]> {
  const bytes = ListProposalsRequest.encode({}).finish();
  return ListProposalsResponse.decode(await call(line, `${service}/ListProposals`, bytes))
    .proposals;
}

function idBytes(text: string): Buffer {
  const id = parseHandle(text);
  if (id !== undefined) return Buffer.from(bytesOfHandle(id));
  throw new CommandFailed('an id has 22 characters — fix: take it from creance approvals', 2);
}
