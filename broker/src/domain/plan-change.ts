/** What a change is about: everything that can be seen to hang on it is found by this. */
export type PlanSubject =
  | { readonly kind: 'manifest' }
  | {
      readonly kind: 'owner' | 'resource' | 'workload' | 'operator';
      readonly name: string;
    };

/** One difference between the manifest in force and another. */
export interface Change {
  /** Where it is, as `workloads.support-triage.grants.crm.contacts:export`. */
  readonly path: string;
  /** What stands there now, in words; undefined: nothing. */
  readonly before: string | undefined;
  /** What would stand there; undefined: nothing. */
  readonly after: string | undefined;
  /** Why somebody may do more by it, or is watched less, in words; undefined: nobody. */
  readonly widens: string | undefined;
  readonly subject: PlanSubject;
}

/** A change without its subject, and with its place below it. */
export type ChangeBelow = Omit<Change, 'subject'>;

/** One place in two states: undefined when nothing differs. */
export interface Place {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The change of a place, if it is one; `widens` says why it widens, where it does. */
export function changeAt(
  { path, before, after }: Place,
  widens?: string | false,
): readonly ChangeBelow[] {
  if (before === after) return [];
  return [{ path, before, after, widens: widens || undefined }];
}

/** All keys of two maps or sets, ascending. */
export function keysOfBoth<K extends string>(
  before: Iterable<readonly [K, unknown]> | undefined,
  after: Iterable<readonly [K, unknown]> | undefined,
): readonly K[] {
  const names = (entries: Iterable<readonly [K, unknown]> | undefined) =>
    [...(entries ?? [])].map(([key]) => key);
  return [...new Set([...names(before), ...names(after)])].sort();
}

/** Entries that come and go of two sets of words: coming ones widen when a reason says so. */
export function changesOfSet(
  path: string,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  widens: { readonly added?: string; readonly removed?: string },
): readonly ChangeBelow[] {
  return keysOfBoth(before.entries(), after.entries()).flatMap((word) => {
    const [was, is] = [before.has(word), after.has(word)];
    const place = { path: `${path}.${word}`, before: textOf(was), after: textOf(is) };
    return changeAt(place, is ? widens.added : widens.removed);
  });
}

function textOf(isThere: boolean): string | undefined {
  return isThere ? 'yes' : undefined;
}
