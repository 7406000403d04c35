import { bytesOfHandle, parseSessionId } from '@creance/proto';
import { CutRequest, CutResponse } from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import { call, listedVerifiers } from './operator-call.js';
import { CommandFailed, type Format, type Output } from './output.js';

/** What to cut, as the flags name it. */
export interface CutFlags {
  readonly session?: string;
  /** A revision, or `now`. */
  readonly before?: string;
  readonly reason: string;
  readonly o: Format;
  readonly waitSeconds: number;
}

/** Cuts, then waits until every subscribed verifier says that it enforces the cut. */
export async function cut(line: OperatorLine, flags: CutFlags, output: Output): Promise<void> {
  const request = CutRequest.encode({ target: targetOf(flags), reason: flags.reason }).finish();
  const startedAt = systemClock.monotonicMillis();
  const { revision, sessionsEnded } = CutResponse.decode(
    await call(line, '/creance.v1.OperatorService/Cut', request),
  );
  const confirmed = await confirmations(line, revision, flags.waitSeconds);
  const millis = Math.round(systemClock.monotonicMillis() - startedAt);
  if (flags.o === 'json') {
    output.result(
      JSON.stringify({ revision: Number(revision), sessionsEnded, ...confirmed, millis }),
    );
  } else {
    output.result(`cut at revision ${revision}: ${count(sessionsEnded, 'session')} ended`);
    const { verifiersEnforcing, verifiersSubscribed } = confirmed;
    output.result(
      `enforced by ${verifiersEnforcing} of ${count(verifiersSubscribed, 'verifier')} after ${millis} ms`,
    );
  }
  if (confirmed.verifiersEnforcing < confirmed.verifiersSubscribed) {
    throw new CommandFailed(
      'the cut is in force at the broker; not every verifier has confirmed it yet',
      3,
    );
  }
}

function targetOf({ session, before }: CutFlags): CutRequest['target'] {
  if ((session === undefined) === (before === undefined)) {
    throw new CommandFailed('name exactly one of --session, --before', 2);
  }
  if (session !== undefined) {
    const id = parseSessionId(session);
    if (id === undefined)
      throw new CommandFailed('a session id has 22 characters; see creance session ls', 2);
    return { $case: 'sessionId', value: Buffer.from(bytesOfHandle(id)) };
  }
  if (before !== 'now' && !/^[1-9]\d{0,15}$/.test(before ?? '')) {
    throw new CommandFailed('--before takes a revision, or now', 2);
  }
  return { $case: 'beforeRevision', value: before === 'now' ? 0n : BigInt(before ?? 0) };
}

async function confirmations(line: OperatorLine, revision: bigint, waitSeconds: number) {
  const endsAt = systemClock.monotonicMillis() + waitSeconds * 1_000;
  for (;;) {
    const { verifiers } = await listedVerifiers(line);
    const verifiersEnforcing = verifiers.filter(
      (one) => one.acknowledgedRevision >= revision,
    ).length;
    const found = { verifiersEnforcing, verifiersSubscribed: verifiers.length };
    if (verifiersEnforcing === verifiers.length || systemClock.monotonicMillis() >= endsAt)
      return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
