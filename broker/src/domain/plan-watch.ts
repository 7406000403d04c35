import { type ChangeBelow, changeAt, changesOfSet, keysOfBoth } from './plan-change.js';
import {
  type OnForeignKey,
  type Pace,
  type Responses,
  type WatchMode,
  watchRules,
} from './registry.js';

const modes: readonly WatchMode[] = ['shadow', 'alert', 'enforce'];
const answers: readonly OnForeignKey[] = ['token', 'session', 'tree'];

/** What answers a theft or the suspicion of one. */
export function responseChanges(before: Responses, after: Responses): readonly ChangeBelow[] {
  const weaker = 'a theft is answered more mildly';
  const looser = 'the watch does less about it';
  return [
    ...changeAt(
      { path: 'responses.onForeignKey', before: before.onForeignKey, after: after.onForeignKey },
      isBelow(answers, before.onForeignKey, after.onForeignKey) && weaker,
    ),
    ...changeAt(
      { path: 'responses.mode', before: before.mode, after: after.mode },
      isBelow(modes, before.mode, after.mode) && looser,
    ),
    ...watchRules.flatMap((rule) => {
      if (before.rules.get(rule) === after.rules.get(rule)) return [];
      const [was, is] = [
        before.rules.get(rule) ?? before.mode,
        after.rules.get(rule) ?? after.mode,
      ];
      const place = { path: `responses.rules.${rule}`, before: was, after: is };
      return changeAt(place, isBelow(modes, was, is) && looser);
    }),
  ];
}

/** What a workload does by its own statement: what is not declared is open. */
export function paceChanges(before: Pace | undefined, after: Pace | undefined): ChangeBelow[] {
  const numbers = ['turnsPerMinute', 'burst', 'fanout'] as const;
  return [
    ...numbers.flatMap((name) => {
      const [was, is] = [before?.[name], after?.[name]];
      const isMore = was !== undefined && (is === undefined || is > was);
      const place = { path: `pace.${name}`, before: numberText(was), after: numberText(is) };
      return changeAt(place, isMore && 'it may do more at once');
    }),
    ...openSetChanges('pace.systems', before?.systems, after?.systems),
    ...openSetChanges('pace.transitions', before?.transitions, after?.transitions),
    ...keysOfBoth(before?.destinations, after?.destinations).flatMap((resource) =>
      destinationChanges(
        `pace.destinations.${resource}`,
        before?.destinations?.get(resource),
        after?.destinations?.get(resource),
      ),
    ),
  ];
}

/** A list of all that is allowed: without one everything is. */
function openSetChanges(
  path: string,
  before: ReadonlySet<string> | undefined,
  after: ReadonlySet<string> | undefined,
): readonly ChangeBelow[] {
  if (before !== undefined && after !== undefined)
    return changesOfSet(path, before, after, { added: 'it may do this too' });
  const place = { path, before: before && listed(before), after: after && listed(after) };
  return changeAt(place, after === undefined && 'nothing bounds it any more');
}

/** Destinations are known by hashes only, which tell people nothing: their number must do. */
function destinationChanges(
  path: string,
  before: ReadonlySet<string> | undefined,
  after: ReadonlySet<string> | undefined,
): readonly ChangeBelow[] {
  const come = newOf(before, after);
  const gone = newOf(after, before);
  if (before !== undefined && after !== undefined && come + gone === 0) return [];
  const widens = before !== undefined && (after === undefined || come > 0);
  const text = (set: ReadonlySet<string> | undefined) => set && `${set.size} destinations`;
  const added = come > 0 ? `, ${come} of them new` : '';
  return [
    {
      path,
      before: text(before),
      after: after && `${text(after)}${added}`,
      widens: widens ? 'it may aim at more' : undefined,
    },
  ];
}

/** How many of `after` are not in `before`; none where one of the two is not declared. */
function newOf(before: ReadonlySet<string> | undefined, after: ReadonlySet<string> | undefined) {
  if (before === undefined || after === undefined) return 0;
  return [...after].filter((hash) => !before.has(hash)).length;
}

const numberText = (number: number | undefined) => number?.toString();
const listed = (set: ReadonlySet<string>) => [...set].sort().join(', ');

function isBelow<T>(order: readonly T[], before: T, after: T): boolean {
  return order.indexOf(after) < order.indexOf(before);
}
