import { handleFromBytes } from '@creance/proto';
import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import { listedVerifiers } from './operator-call.js';
import { CommandFailed, type Format, type Output, print, printable } from './output.js';
import { awayWords, lagText, resourcesAway } from './verifier-words.js';

/** An act that verifiers have to hear of. */
export interface Act {
  /** Revision of the log at which it stands. */
  readonly revision: bigint;
  /** What it did, for people. */
  readonly words: string;
  /** The same for programs, beside the revision. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What it leaves possible, for people; undefined when there is nothing to say. */
  readonly leaves?: string | undefined;
}

/** Acts, then waits until every subscribed verifier says that it enforces it, and prints both. */
export async function confirmed(
  line: OperatorLine,
  flags: { readonly o: Format; readonly waitSeconds: number },
  output: Output,
  act: () => Promise<Act>,
): Promise<void> {
  const startedAt = systemClock.monotonicMillis();
  const { revision, words, facts, leaves } = await act();
  const found = await enforcing(line, revision, flags.waitSeconds).catch((fault: unknown) => {
    // A cut may have ended the session of whoever made it: it stands, whatever cannot be asked any more.
    if (!(fault instanceof CommandFailed)) throw fault;
    print({ revision: Number(revision), ...facts }, () => words, flags.o, output);
    throw new CommandFailed(
      `it is in force at the broker; who enforces it could not be asked — ${fault.message}; see creance verifier ls`,
      3,
    );
  });
  const millis = Math.round(systemClock.monotonicMillis() - startedAt);
  const { verifiersEnforcing, verifiersSubscribed, unconfirmed } = found;
  const enforced = `enforced by ${verifiersEnforcing} of ${count(verifiersSubscribed, 'verifier')} after ${millis} ms`;
  const done = { revision: Number(revision), ...facts, ...found, millis };
  print(done, () => `${words}\n${enforced}`, flags.o, output);
  if (leaves !== undefined) output.words(leaves);
  for (const resource of await resourcesAway(line)) output.words(awayWords(resource));
  if (unconfirmed.length > 0) throw unconfirmedFailure(unconfirmed);
}

/** Who has not confirmed, since when, and what that means until he does. */
function unconfirmedFailure(unconfirmed: readonly Unconfirmed[]): CommandFailed {
  const names = unconfirmed.map(
    ({ resource, session, lag }) => `${printable(resource)} ${session} (${lag})`,
  );
  return new CommandFailed(
    `it is in force at the broker; not confirmed yet by ${names.join(', ')} — fix: creance verifier ls --watch; a strict resource that hears nothing refuses by itself (maxStaleSeconds), a bestEffort one goes on: stop its service`,
    3,
  );
}

/** A verifier that does not say yet that it enforces what was done. */
interface Unconfirmed {
  readonly resource: string;
  readonly session: string;
  readonly lag: string;
}

async function enforcing(line: OperatorLine, revision: bigint, waitSeconds: number) {
  const endsAt = systemClock.monotonicMillis() + waitSeconds * 1_000;
  for (;;) {
    const { verifiers, revision: head } = await listedVerifiers(line);
    const late = verifiers.filter((one) => one.acknowledgedRevision < revision);
    if (late.length === 0 || systemClock.monotonicMillis() >= endsAt)
      return {
        verifiersEnforcing: verifiers.length - late.length,
        verifiersSubscribed: verifiers.length,
        unconfirmed: late.map(
          (one): Unconfirmed => ({
            resource: one.resource,
            session: handleFromBytes(one.sessionId) ?? '',
            lag: lagText(one, head),
          }),
        ),
      };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A number with its noun. */
export function count(number: number | bigint, noun: string): string {
  return `${number} ${noun}${Number(number) === 1 ? '' : 's'}`;
}
