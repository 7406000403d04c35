import { refuse } from '@creance/proto';
import type { Attestor, Evidence } from '../attest/evidence.js';
import type { Denial } from '../domain/denial.js';
import type { Command } from './call.js';

/** Whether the wall clock of the broker is believed. */
export type IsClockSafe = () => boolean;

/** Milliseconds after which it is worth to ask again. */
const retryAfterMillis = 5_000;

const unsafe: Denial = { reason: 'clock_unsafe', retryAfterMillis };

/**
 * Lets workloads ask only while the clock is believed: what a session gets has an end, and the end is an instant.
 * Operators and verifiers go on, so that a cut is made and enforced whatever the time.
 */
export function whileClockSafe<Ask, Answer>(
  isSafe: IsClockSafe,
  run: Command<Ask, Answer>,
): Command<Ask, Answer> {
  return async (ask, call) => {
    const { caller } = call;
    const isMinded = caller.kind === 'session' && caller.session.kind === 'workload';
    return isMinded && !isSafe() ? refuse(unsafe) : run(ask, call);
  };
}

/** The same for evidence: it proves a workload only while the clock is believed, and is not used up meanwhile. */
export function evidenceWhileClockSafe<Kind extends Evidence['kind']>(
  isSafe: IsClockSafe,
  attest: Attestor<Kind>,
): Attestor<Kind> {
  return async (evidence, presentation) => {
    const attested = await attest(evidence, presentation);
    if (!attested.ok || attested.value.member.kind !== 'workload' || isSafe()) return attested;
    return refuse(unsafe);
  };
}
