import { handleFromBytes } from '@creance/proto';
import type { ProposalSummary } from '@creance/proto/wire';
import { CommandFailed, type Format, instantText, type Output, print } from './output.js';

/** Exit code of an act that was not done and waits for a second person. */
const waitsExitCode = 4;

type Column = 'id' | 'act' | 'what' | 'author' | 'reason' | 'proposed' | 'expires' | 'digest';

/** What waits, as a list has it. */
export function rowOf(proposal: ProposalSummary): Readonly<Record<Column, string>> {
  return {
    id: idOf(proposal),
    act: actOf(proposal),
    what: subjectOf(proposal),
    author: proposal.author,
    reason: proposal.reason,
    proposed: instantText(proposal.proposedUnixMicros),
    expires: instantText(proposal.expiresUnixMicros),
    digest: proposal.digest,
  };
}

/** What is to be done, in a word. */
export function actOf({ act }: ProposalSummary): 'apply' | 'rollback' | 'resume' {
  if (act?.$case !== 'manifest') return 'resume';
  return act.value.rolledBackTo === 0n ? 'apply' : 'rollback';
}

/** What it is done to. */
export function subjectOf({ act }: ProposalSummary): string {
  if (act?.$case === 'resume') return handleFromBytes(act.value.sessionId) ?? '';
  if (act === undefined) return '';
  const { rolledBackTo, baseVersion, prune } = act.value;
  const from = rolledBackTo === 0n ? '' : `to version ${rolledBackTo}, `;
  return `${from}over version ${baseVersion}${prune ? ', live sessions may end' : ''}`;
}

/** Says that an act waits and how a second person does it, and ends the command with a code of its own. */
export function sayWaits(proposal: ProposalSummary, format: Format, output: Output): never {
  const id = idOf(proposal);
  const approve = `creance approve ${id}`;
  const expires = instantText(proposal.expiresUnixMicros);
  const facts = { waits: true, proposal: id, digest: proposal.digest, expires, approve };
  const words = `waits for a second person until ${expires}: nothing was done yet\nanother operator looks at it and does it: ${approve}`;
  print(facts, () => words, format, output);
  throw new CommandFailed('', waitsExitCode);
}

function idOf({ proposalId }: ProposalSummary): string {
  return handleFromBytes(proposalId) ?? '';
}
