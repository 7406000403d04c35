import type { KeptRefusal, RefusalFacts } from './refusal.js';
import type { Registry } from './registry.js';

/** What a refusal says to those who may know everything (law 10). Absent is what cannot be said. */
export interface RefusalWords {
  readonly presented?: string;
  /** The rule that came nearest to allowing it, by the manifest in force now. */
  readonly nearest?: string;
  readonly missing?: string;
  readonly fix: string;
}

/** The words of one reason; where they name no fix, the table's is taken. */
export type WordsOf = (refusal: KeptRefusal, registry: Registry) => Partial<RefusalWords>;

/** The words of some reasons. A reason without a row has what its facts say, and the table's fix. */
export type WordsTable = Readonly<Partial<Record<KeptRefusal['reason'], WordsOf>>>;

/** A fact as text; empty when it was not noted. */
export function fact(facts: RefusalFacts, name: string): string {
  return `${facts[name] ?? ''}`;
}

/** Names shown of a list: the rest is counted. */
const namesShown = 8;

/** Names with commas between them, the first of many. */
export function listed(names: Iterable<string>): string {
  const all = [...names];
  const more = all.length > namesShown ? ` and ${all.length - namesShown} more` : '';
  return all.slice(0, namesShown).join(', ') + more || 'none';
}
