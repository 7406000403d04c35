import type { Responses, WatchMode, WatchRule } from '../../domain/registry.js';
import { detectors } from '../watch/detectors/index.js';
import type { EvidenceKind } from '../watch/state-layout.js';
import type { Term } from '../watch/terms.js';
import type { Decision, LiveSession } from './live-session.js';
import { modeOf } from './modes.js';

/** A piece of evidence that raises no risk, and how far its rule goes. */
export interface SilentTerm extends Term {
  readonly mode: Exclude<WatchMode, 'enforce'>;
}

/** By kind, the rules that evidence of it may be of; undefined for what no mode silences. */
const rulesOf = new Map<EvidenceKind, Set<WatchRule | undefined>>([
  ['origin', new Set<WatchRule>(['fanin'])],
  ['upstream', new Set<WatchRule>(['upstream'])],
  ['facts', new Set<WatchRule | undefined>(['canary', undefined])],
]);
for (const { kind, rule } of detectors)
  rulesOf.set(kind, (rulesOf.get(kind) ?? new Set()).add(rule));

/**
 * The terms of a session whose rule is not enforced: of all that every rule would find, what the enforced ones
 * did not. A kind that rules of both sorts speak of is told apart by what the enforced state holds.
 */
export function silentTerms(
  { watched, unsilenced }: LiveSession,
  responses: Responses,
): readonly SilentTerm[] {
  if (unsilenced === undefined) return [];
  const counted = new Set(watched.terms.map(keyOf));
  return unsilenced.terms.flatMap((term) => {
    const modes = [...(rulesOf.get(term.kind) ?? [])].map((rule) =>
      rule === undefined ? 'enforce' : modeOf(rule, responses),
    );
    const silent = modes.filter((mode) => mode !== 'enforce');
    if (silent.length === 0) return [];
    if (silent.length < modes.length && counted.has(keyOf(term))) return [];
    return { ...term, mode: silent.includes('alert') ? 'alert' : 'shadow' } as const;
  });
}

/** The evidence that a decision rests on: of one that only tells, what every rule has found. */
export function termsBehind(
  { watched, unsilenced }: LiveSession,
  { done }: Pick<Decision, 'done'>,
): readonly Term[] {
  const isTold = done === 'alert' || done === 'would have';
  return isTold && unsilenced !== undefined ? unsilenced.terms : watched.terms;
}

function keyOf({ kind, atMillis, resource, action, words }: Term): string {
  return JSON.stringify([kind, atMillis, resource, action, words]);
}
