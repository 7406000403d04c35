import { reasonRow } from '@creance/proto';
import type { KeptRefusal } from './refusal.js';
import type { RefusalWords, WordsTable } from './refusal-wording.js';
import { boundWords } from './refusal-words-bounds.js';
import { evidenceWords } from './refusal-words-evidence.js';
import { policyWords } from './refusal-words-policy.js';
import type { Registry } from './registry.js';

export type { RefusalWords } from './refusal-wording.js';

const words: WordsTable = { ...policyWords, ...evidenceWords, ...boundWords };

/**
 * What was presented, the rule that is nearest to it, what is missing and what to do, from what was noted and
 * the manifest in force. Pure; everything it compares is bounded.
 */
export function refusalWords(registry: Registry, refusal: KeptRefusal): RefusalWords {
  const { presented } = refusal.facts;
  const own = words[refusal.reason]?.(refusal, registry) ?? {};
  return {
    ...(presented !== undefined && { presented: `${presented}` }),
    fix: reasonRow(refusal.reason).fix,
    ...own,
  };
}
