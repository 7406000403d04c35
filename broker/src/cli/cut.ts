import { CutRequest, CutResponse } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { confirmed, count } from './confirm.js';
import { type CutTargetFlags, cutTargetOf } from './cut-target.js';
import { compromiseKey } from './keys.js';
import { call } from './operator-call.js';
import type { Format, Output } from './output.js';

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
    const { revision, sessionsEnded } = CutResponse.decode(
      await call(line, '/creance.v1.OperatorService/Cut', request),
    );
    const words = `cut at revision ${revision}: ${count(sessionsEnded, 'session')} ended`;
    return { revision, words, facts: { sessionsEnded } };
  });
}
