import { proofWindowSeconds, tokenLeewaySeconds } from '@creance/proto';
import type { Clock } from '../runtime/clock.js';

/**
 * Milliseconds by which the wall clock may go back unnoticed: ids are remembered that much longer than
 * their window (see replay-memory.ts).
 */
export const stepBackMillisMax: number = tokenLeewaySeconds * 1_000;

/**
 * Gives a question: may the memory of proofs have holes now? After the start it may, since an earlier
 * process has seen proofs that this one has not. After the wall clock went back it may, until that time
 * is over again: proofs that were forgotten as too old are young again.
 */
export function openMemoryHoles(clock: Clock): () => boolean {
  const windowMillis = proofWindowSeconds * 1_000;
  const offsetMillis = () => clock.now() / 1_000 - clock.monotonicMillis();
  let furthest = offsetMillis();
  let until = clock.monotonicMillis() + windowMillis;
  return () => {
    const [now, offset] = [clock.monotonicMillis(), offsetMillis()];
    const back = furthest - offset;
    if (back > stepBackMillisMax) until = Math.max(until, now + back + windowMillis);
    if (back < 0 || back > stepBackMillisMax) furthest = offset;
    return now < until;
  };
}
