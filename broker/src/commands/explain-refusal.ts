import { ok, refuse } from '@creance/proto';
import type { KeptRefusal } from '../domain/refusal.js';
import { type RefusalWords, refusalWords } from '../domain/refusal-words.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Command } from './call.js';

/** The refusal to explain, by the request id that the caller was told. */
export interface ExplainRefusalAsk {
  readonly requestId: string;
}

/** Everything that is known of a refusal. */
export interface ExplainedRefusal {
  readonly refusal: KeptRefusal;
  readonly words: RefusalWords;
}

/** Parts of the verb. */
export interface ExplainRefusalParts {
  readonly refusals: { find(requestId: string): KeptRefusal | undefined };
  readonly registry: CurrentRegistry;
}

/**
 * Says everything about a refusal that is kept, for operators alone (law 10). The nearest rule is that of the
 * manifest in force now, so that the fix is one for now. Refuses an id of which nothing is kept.
 */
export function explainRefusal({
  refusals,
  registry,
}: ExplainRefusalParts): Command<ExplainRefusalAsk, ExplainedRefusal> {
  return async ({ requestId }) => {
    const refusal = refusals.find(requestId);
    return refusal === undefined
      ? refuse({ reason: 'refusal_unknown' })
      : ok({ refusal, words: refusalWords(registry(), refusal) });
  };
}
