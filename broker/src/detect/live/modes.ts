import {
  type Responses,
  type WatchMode,
  type WatchRule,
  watchRules,
} from '../../domain/registry.js';

/** The mode of a rule: its own, or that of all. */
export function modeOf(rule: WatchRule, responses: Responses): WatchMode {
  return responses.rules.get(rule) ?? responses.mode;
}

/** The rules that are not enforced. */
export function silentRules(responses: Responses): ReadonlySet<WatchRule> {
  return new Set(watchRules.filter((rule) => modeOf(rule, responses) !== 'enforce'));
}

/**
 * The rules that are named with a mode of their own that is not `enforce`: those that stay silent when the
 * workload itself is enforced. What history is judged by.
 */
export function silencedRules({ rules }: Responses): ReadonlySet<WatchRule> {
  return new Set(watchRules.filter((rule) => (rules.get(rule) ?? 'enforce') !== 'enforce'));
}

/** Whether somebody is to be told of what the silent rules find, or only the record. */
export function tells(responses: Responses): boolean {
  return watchRules.some((rule) => modeOf(rule, responses) === 'alert');
}
