import { SuggestEnvelopeRequest, SuggestEnvelopeResponse } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import type { Format, Output } from './output.js';

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
  if (o === 'json') {
    const rest = { sessionsLearned, actionsLearned, unusedResources, unusedScopes };
    output.result(JSON.stringify({ yaml, ...rest }));
    return;
  }
  output.result(yaml.trimEnd());
  output.words('put it below the workload in the manifest, and cut what is not meant');
}
