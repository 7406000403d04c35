import type { TokenAsk } from '../domain/policy.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Command } from './call.js';

/** Counts tokens. */
export interface TokenMeters {
  /** Whether anybody wants to know. */
  readonly isMetered: boolean;
  tokenIssued(resource: string): void;
  tokenRefused(reason: string): void;
}

/** Wraps the verb that issues, so that what becomes of each ask is counted; as it is when nobody counts. */
export function countingTokens<Answer>(
  issue: Command<TokenAsk, Answer>,
  registry: CurrentRegistry,
  meters: TokenMeters,
): Command<TokenAsk, Answer> {
  if (!meters.isMetered) return issue;
  return async (ask, call) => {
    const issued = await issue(ask, call);
    if (!issued.ok) meters.tokenRefused(issued.error.reason);
    else meters.tokenIssued(registry().resourceByAudience.get(ask.audience)?.name ?? 'unknown');
    return issued;
  };
}
