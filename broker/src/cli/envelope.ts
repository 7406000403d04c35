import { SuggestEnvelopeRequest, SuggestEnvelopeResponse } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { type Format, type Output, print } from './output.js';

/** Prints the pace of a workload for the manifest, as the broker has learned it. */
export async function suggestEnvelope(
  line: OperatorLine,
  { workload, o }: { readonly workload: string; readonly o: Format },
  output: Output,
): Promise<void> {
  const request = SuggestEnvelopeRequest.encode({ workload }).finish();
  const reply = SuggestEnvelopeResponse.decode(
    await call(line, '/creance.v1.OperatorService/SuggestEnvelope', request),
  );
  const { yaml, sessionsLearned, actionsLearned, unusedResources, unusedScopes } = reply;
  const rest = { sessionsLearned, actionsLearned, unusedResources, unusedScopes };
  print({ yaml, ...rest }, () => yaml.trimEnd(), o, output);
  if (o !== 'table') return;
  output.words('put it below the workload in the manifest, and cut what is not meant');
}
