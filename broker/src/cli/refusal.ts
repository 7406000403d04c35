import { errorText, handleFromBytes, reasonFromErrorInfo, reasonRow } from '@creance/proto';
import { ExplainRefusalRequest, ExplainRefusalResponse } from '@creance/proto/wire';
import { memberKindOf } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { formatPairs, instantText } from './output.js';

/** A refusal as it is explained. */
export interface ShownRefusal {
  readonly request: string;
  readonly reason: string;
  readonly means: string;
  readonly presented: string;
  readonly nearestRule: string;
  readonly missing: string;
  readonly fix: string;
  readonly method: string;
  readonly at: string;
  /** Empty when nobody was proved. */
  readonly session: string;
  readonly kind: string;
  readonly name: string;
  readonly network: string;
  readonly trace: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** Asks the broker what it knows of a refusal. */
export async function explainedRefusal(
  line: OperatorLine,
  requestId: string,
): Promise<ShownRefusal> {
  const request = ExplainRefusalRequest.encode({ requestId }).finish();
  const reply = ExplainRefusalResponse.decode(
    await call(line, '/creance.v1.OperatorService/ExplainRefusal', request),
  );
  const { reason, presented, nearestRule, missing, fix, method, name, network, facts } = reply;
  const known = reasonFromErrorInfo(reason.toUpperCase());
  return {
    request: reply.requestId,
    reason,
    means: known === undefined ? '' : reasonRow(known).message,
    presented,
    nearestRule,
    missing,
    fix,
    method,
    at: instantText(reply.atUnixMicros),
    session: handleFromBytes(reply.sessionId) ?? '',
    kind: memberKindOf(reply.kind) ?? '',
    name,
    network,
    trace: reply.traceId,
    facts: Object.fromEntries(facts.map((fact) => [fact.name, fact.value])),
  };
}

/** A refusal for a terminal: one line that says all, then when, who, whence. */
export function explainedRefusalText(shown: ShownRefusal): string {
  const { kind, name, session } = shown;
  const facts = Object.entries(shown.facts).map(([fact, value]) => `${fact} ${value}`);
  const pairs = formatPairs([
    ['call', shown.method],
    ['at', shown.at],
    ['by', name === '' ? 'nobody who was proved' : `${kind} ${name}, session ${session}`],
    ['from', shown.network],
    ['trace', shown.trace],
    ['noted', facts.join('; ')],
  ]);
  return `${refusalLine(shown)}\n\n${pairs}`;
}

function refusalLine({
  reason,
  means,
  presented,
  nearestRule,
  missing,
  fix,
  request,
}: ShownRefusal) {
  return errorText({ code: reason, what: means, presented, nearestRule, missing, fix, request });
}
