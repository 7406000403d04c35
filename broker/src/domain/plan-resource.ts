import { type ChangeBelow, changeAt, keysOfBoth } from './plan-change.js';
import type { Resource, ResourceScope } from './registry.js';
import { type Sensitivity, sensitivityWeights } from './sensitivity.js';

/** What differs between two states of one resource. */
export function resourceChanges(before: Resource, after: Resource): readonly ChangeBelow[] {
  const looser = after.strictness === 'bestEffort' && 'its verifiers may be behind';
  return [
    ...changeAt(
      { path: 'audience', before: before.audience, after: after.audience },
      'what is granted at it opens another audience',
    ),
    ...changeAt({ path: 'strictness', before: before.strictness, after: after.strictness }, looser),
    ...changeAt(
      {
        path: 'maxStaleSeconds',
        before: String(before.maxStaleSeconds),
        after: String(after.maxStaleSeconds),
      },
      after.maxStaleSeconds > before.maxStaleSeconds && 'its verifiers may be further behind',
    ),
    ...changeAt(
      { path: 'canary', before: String(before.canary), after: String(after.canary) },
      before.canary && 'it is bait no more',
    ),
    ...scopeChanges(before, after),
    ...actionChanges(before, after),
  ];
}

function scopeChanges(before: Resource, after: Resource): readonly ChangeBelow[] {
  return keysOfBoth(before.scopes, after.scopes).flatMap((scope) => {
    const [was, is] = [before.scopes.get(scope), after.scopes.get(scope)];
    const place = {
      path: `scopes.${scope}`,
      before: was && scopeText(was),
      after: is && scopeText(is),
    };
    return changeAt(place, was && is && scopeWidening(was, is));
  });
}

const scopeText = ({ access, canary }: ResourceScope) => (canary ? `${access}, canary` : access);

function scopeWidening(before: ResourceScope, after: ResourceScope): string | undefined {
  if (before.canary && !after.canary) return 'it is bait no more';
  const isRead = after.access === 'read' && before.access !== 'read';
  return isRead ? 'a session in doubt may still ask for it' : undefined;
}

function actionChanges(before: Resource, after: Resource): readonly ChangeBelow[] {
  return keysOfBoth(before.actions, after.actions).flatMap((action) => {
    const [was, is] = [before.actions.get(action), after.actions.get(action)];
    const place = { path: `actions.${action}`, before: was, after: is };
    return changeAt(place, isLighter(was, is) && 'the watch weighs it less');
  });
}

/** What nothing is said of is weighed by what it looks like: only reading is sure to weigh no more. */
function isLighter(before: Sensitivity | undefined, after: Sensitivity | undefined): boolean {
  if (before === undefined) return after === 'read';
  if (after === undefined) return before !== 'read';
  return sensitivityWeights[after] < sensitivityWeights[before];
}
