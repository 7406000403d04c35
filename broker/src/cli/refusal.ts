import { handleFromBytes, reasonFromErrorInfo, reasonRow } from '@creance/proto';
import { ExplainRefusalRequest, ExplainRefusalResponse } from '@creance/proto/wire';
import { memberKindOf } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { formatPairs, instantText, printable } from './output.js';

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

/** A refusal for a terminal: what happened in a line of its own, then a row for each thing that is known. */
export function explainedRefusalText(shown: ShownRefusal): string {
  const facts = Object.entries(shown.facts).map(([fact, value]) => `${fact} ${value}`);
  const pairs = formatPairs([
    ['presented', shown.presented],
    ['nearest rule', shown.nearestRule],
    ['missing', shown.missing],
    ['fix', shown.fix],
    ['request', shown.request],
    ['call', shown.method],
    ['at', shown.at],
    ['by', callerText(shown)],
    ['from', shown.network],
    ['trace', shown.trace],
    ['noted', facts.join('; ')],
  ]);
  return `${printable(`${shown.reason} ${shown.means}`.trimEnd())}\n\n${pairs}`;
}

/** The owner of a development broker has a name and no session. */
function callerText({ kind, name, session }: ShownRefusal): string {
  if (name === '') return 'nobody who was proved';
  return session === '' ? name : `${kind} ${name}, session ${session}`;
}
