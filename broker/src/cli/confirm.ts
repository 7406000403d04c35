import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import { listedVerifiers } from './operator-call.js';
import { CommandFailed, type Format, type Output, print } from './output.js';

/** An act that verifiers have to hear of. */
export interface Act {
  /** Revision of the log at which it stands. */
  readonly revision: bigint;
  /** What it did, for people. */
  readonly words: string;
  /** The same for programs, beside the revision. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Acts, then waits until every subscribed verifier says that it enforces it, and prints both. */
export async function confirmed(
  line: OperatorLine,
  flags: { readonly o: Format; readonly waitSeconds: number },
  output: Output,
  act: () => Promise<Act>,
): Promise<void> {
  const startedAt = systemClock.monotonicMillis();
  const { revision, words, facts } = await act();
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
  const { verifiersEnforcing, verifiersSubscribed } = found;
  const enforced = `enforced by ${verifiersEnforcing} of ${count(verifiersSubscribed, 'verifier')} after ${millis} ms`;
  const done = { revision: Number(revision), ...facts, ...found, millis };
  print(done, () => `${words}\n${enforced}`, flags.o, output);
  if (verifiersEnforcing < verifiersSubscribed) {
    throw new CommandFailed(
      'it is in force at the broker; not every verifier has confirmed it yet — fix: see creance verifier ls',
      3,
    );
  }
}

async function enforcing(line: OperatorLine, revision: bigint, waitSeconds: number) {
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

/** A number with its noun. */
export function count(number: number | bigint, noun: string): string {
  return `${number} ${noun}${Number(number) === 1 ? '' : 's'}`;
}
