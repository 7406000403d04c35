import { EventKind, ListDeliveriesRequest, ListDeliveriesResponse } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { type Format, instantText, type Output, print, printRows } from './output.js';

/** Whose deliveries to print, and how. */
export interface DeliveriesFlags {
  readonly owner?: string;
  readonly o: Format;
}

/** Prints how each receiver has done and what waits, the oldest first. */
export async function deliveries(
  line: OperatorLine,
  flags: DeliveriesFlags,
  output: Output,
): Promise<void> {
  const request = ListDeliveriesRequest.encode({ owner: flags.owner ?? '' }).finish();
  const bytes = await call(line, '/creance.v1.OperatorService/ListDeliveries', request);
  const { receivers, waiting } = ListDeliveriesResponse.decode(bytes);
  const receiverRows = receivers.map((one) => ({
    owner: one.owner,
    target: one.target,
    waiting: String(one.waiting),
    delivered: one.delivered.toString(),
    dropped: one.dropped.toString(),
    failed: one.lastFaultUnixMicros === 0n ? '' : instantText(one.lastFaultUnixMicros),
    fault: one.lastFault,
  }));
  const waitingRows = waiting.map((one) => ({
    id: one.id,
    owner: one.owner,
    target: one.target,
    kind: kindName(one.kind),
    at: instantText(one.atUnixMicros),
    attempts: String(one.attempts),
    next: instantText(one.nextUnixMicros),
    fault: one.lastFault,
  }));
  if (flags.o !== 'table') {
    print({ receivers: receiverRows, waiting: waitingRows }, () => '', flags.o, output);
    return;
  }
  printRows(receiverRows, receiverColumns, flags.o, output);
  if (waitingRows.length > 0) printRows(waitingRows, waitingColumns, flags.o, output);
}

const receiverColumns = [
  'owner',
  'target',
  'waiting',
  'delivered',
  'dropped',
  'failed',
  'fault',
] as const;
const waitingColumns = [
  'id',
  'owner',
  'target',
  'kind',
  'at',
  'attempts',
  'next',
  'fault',
] as const;

function kindName(kind: EventKind): string {
  const found = Object.entries(EventKind).find(([, number]) => number === kind);
  return found?.[0].replace('EVENT_KIND_', '').toLowerCase() ?? 'unknown';
}
