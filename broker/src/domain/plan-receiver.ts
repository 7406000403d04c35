import { type ChangeBelow, changeAt } from './plan-change.js';
import type { Receiver } from './registry.js';

/**
 * Where events of an owner's workloads go. Whoever turns them elsewhere can keep a theft from being seen,
 * and whoever lets them go to a private address has the broker call it.
 */
export function receiverChanges(
  path: string,
  was: Receiver | undefined,
  is: Receiver | undefined,
): readonly ChangeBelow[] {
  const goesElsewhere = was !== undefined && was.url !== is?.url;
  const callsPrivate = is?.allowPrivate === true && was?.allowPrivate !== true;
  return changeAt(
    { path, before: textOf(was), after: textOf(is) },
    goesElsewhere
      ? 'who has heard of holds and cuts so far hears of them no more'
      : callsPrivate && 'the broker may call a private address',
  );
}

function textOf(receiver: Receiver | undefined): string | undefined {
  if (receiver === undefined) return undefined;
  return receiver.allowPrivate ? `${receiver.url}, also at a private address` : receiver.url;
}
