import { parseScope, type Scope, type ScopeSet } from '@creance/proto';
import type { Grant, Registry } from '../../broker/src/domain/registry.js';
import { registryOf, resourceOf, workloadOf } from '../../broker/src/doubles/registries.js';
import type { Next } from './fuzz.js';
import { oneOf } from './odd-jws.js';

/** Words that look alike: a prefix, another case, a longer one. All are scopes, and no two are the same. */
export const words: readonly Scope[] = [
  ...['files', 'files:read', 'files:readall', 'files:rea', 'Files:read', 'files:READ'],
  ...['files.read', 'files:read/all', 'mail:send'],
].map((word) => parseScope(word) as Scope);

/** What a thief writes who hopes that somebody folds, trims or expands it: no scopes. */
export const noScopes: readonly string[] = [
  ...['*', 'files:*', 'files:read*', 'files:?', 'files:read ', ' files:read', 'files:read\0'],
  ...['\uff46iles:read', 'f\u0131les:read', '\ufb01les:read', 'files\uff1aread', 'files:re\u0430d'],
  ...[
    'files:read\u200b',
    'files:read,mail:send',
    'files:read mail:send',
    'files:read"',
    '',
    '-read',
  ],
];

export const workloadNames: readonly string[] = ['w0', 'w1', 'w2', 'w3'];
const resourceNames = ['crm', 'mail'] as const;

/** Audience of one of the resources. */
export const audienceOf = (name: string): string => resourceOf({ name }).audience;

/** Any of the resources. */
export const anyResource = (next: Next): string => oneOf(resourceNames, next);

/** Some of the words, at least one, in order. */
export function someWords(next: Next): ScopeSet {
  const chosen = next(4) === 0 ? words.filter(() => next(3) === 0) : [];
  return (chosen.length > 0 ? chosen : [oneOf(words, next)]).toSorted();
}

const anyGrant = (next: Next): Grant => ({
  resource: anyResource(next),
  scopes: words.filter(() => next(3) > 0).concat(oneOf(words, next)),
  lifetimeSeconds: oneOf([15, 30, 60, 300, 900], next),
  approval: next(6) === 0 ? 'required' : 'none',
});

/** A policy: who may have what, and who may open whom, how deep. Somebody may have left it. */
export function anyPolicy(next: Next): Registry {
  const workloads = workloadNames.map((name) =>
    workloadOf({
      name,
      grants: Array.from({ length: 1 + next(4) }, () => anyGrant(next)),
      delegation: {
        depth: oneOf([7, 7, 7, 7, 7, 7, 3, 1, 0], next),
        to: new Set(workloadNames.filter(() => next(9) > 0)),
      },
    }),
  );
  const left = next(8) === 0 ? oneOf(workloadNames, next) : undefined;
  const strictness = next(4) === 0 ? 'bestEffort' : 'strict';
  return registryOf({
    resources: [resourceOf({ name: 'crm', strictness }), resourceOf({ name: 'mail' })],
    workloads: workloads.filter(({ name }) => name !== left),
  });
}

/**
 * What one workload may have at a resource by a policy, word by word, with the longest life of each: told
 * anew from the grants, by letters alone, so that nothing of the broker's own judgement is in it.
 */
export function mayHave(today: Registry, name: string, resource: string): Map<string, number> {
  const may = new Map<string, number>();
  for (const grant of today.workloads.get(name)?.grants ?? []) {
    if (grant.resource !== resource || grant.approval !== 'none') continue;
    for (const word of grant.scopes)
      may.set(word, Math.max(may.get(word) ?? 0, grant.lifetimeSeconds));
  }
  return may;
}
