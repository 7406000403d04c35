import { ok, type Result, refuse } from './result.js';

declare const scopeBrand: unique symbol;

/** One permission word: 1 to 64 characters of RFC 6749 §3.3 `scope-token`, ASCII without wildcards. */
export type Scope = string & { readonly [scopeBrand]: 'scope' };

/** A set of scopes: ascending by code unit, free of duplicates, 1 to 32 words. */
export type ScopeSet = readonly Scope[];

/** Characters of a scope at most. */
export const scopeCharsMax = 64;

/** Scopes of a set at most. */
export const scopesMax = 32;

/**
 * Letters, digits and `:._/-`. Narrower than RFC 6749, on purpose: no `*` that could be read as a
 * wildcard, no quote or backslash that would need escaping in a challenge, nothing beyond ASCII.
 */
const scopeForm = /^[A-Za-z0-9][A-Za-z0-9:._/-]{0,63}$/;

/** Why a list of words is no scope set. */
export type ScopeFault = 'scope_malformed' | 'scope_duplicate' | 'scopes_none' | 'scopes_too_many';

/** Parses one scope; undefined when it is not one. */
export function parseScope(word: string): Scope | undefined {
  return scopeForm.test(word) ? (word as Scope) : undefined;
}

/** Parses a set from words in any order. Refuses duplicates, so that a set has one form. */
export function parseScopes(words: readonly string[]): Result<ScopeSet, ScopeFault> {
  if (words.length === 0) return refuse('scopes_none');
  if (words.length > scopesMax) return refuse('scopes_too_many');
  const scopes: Scope[] = [];
  for (const word of words) {
    const scope = parseScope(word);
    if (scope === undefined) return refuse('scope_malformed');
    scopes.push(scope);
  }
  scopes.sort();
  for (let at = 1; at < scopes.length; at += 1) {
    if (scopes[at] === scopes[at - 1]) return refuse('scope_duplicate');
  }
  return ok(scopes);
}

/** Parses a token's `scope` claim: one space between words, ascending, no duplicates. */
export function parseScopeClaim(claim: string): Result<ScopeSet, ScopeFault> {
  const words = claim.split(' ');
  const parsed = parseScopes(words);
  if (!parsed.ok) return parsed;
  return formatScopes(parsed.value) === claim ? parsed : refuse('scope_malformed');
}

/** The `scope` claim of a set. */
export function formatScopes(scopes: ScopeSet): string {
  return scopes.join(' ');
}

/** The first scope of `asked` that `held` lacks; undefined when `asked` is a subset. */
export function firstScopeMissing(asked: ScopeSet, held: ScopeSet): Scope | undefined {
  return asked.find((scope) => !held.includes(scope));
}
