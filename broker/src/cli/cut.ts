import { CutRequest, CutResponse } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { confirmed, count } from './confirm.js';
import { type CutTargetFlags, cutTargetOf } from './cut-target.js';
import { durabilityWord, sayDurability } from './durability.js';
import { compromiseKey } from './keys.js';
import { call } from './operator-call.js';
import { type Format, type Output, printable } from './output.js';

/** What to cut, why, and how long to follow it. */
export interface CutFlags extends CutTargetFlags {
  readonly reason: string;
  readonly o: Format;
  readonly waitSeconds: number;
}

/** Cuts, then waits until every subscribed verifier says that it enforces the cut. */
export async function cut(line: OperatorLine, flags: CutFlags, output: Output): Promise<void> {
  const target = cutTargetOf(flags);
  if (target.kind === 'token-key')
    return compromiseKey(line, { ...flags, keyId: target.keyId }, output);
  const request = CutRequest.encode({ target: target.target, reason: flags.reason }).finish();
  await confirmed(line, flags, output, async () => {
    const { revision, sessionsEnded, durability } = CutResponse.decode(
      await call(line, '/creance.v1.OperatorService/Cut', request),
    );
    const words = `cut at revision ${revision}: ${count(sessionsEnded, 'session')} ended`;
    sayDurability(durability, output);
    const facts = { sessionsEnded, durability: durabilityWord(durability) };
    return { revision, words, facts, leaves: leavesOf(flags) };
  });
}

/** A cut of sessions takes no evidence: whoever has any opens the next session within the second. */
function leavesOf({ session, workload, owner }: CutFlags): string | undefined {
  const again = 'what is opened afterwards, with evidence that is still good, lives';
  if (session !== undefined)
    return `${again}: creance session show ${session} has the cut that takes its evidence too`;
  if (workload !== undefined)
    return `${again}: creance session ls --workload ${printable(workload)}, and session show there has the cut that takes its evidence too`;
  return owner === undefined
    ? undefined
    : `${again}: creance session ls --owner ${printable(owner)}, and session show there has the cut that takes its evidence too`;
}
