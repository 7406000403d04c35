import {
  type Change,
  type ChangeBelow,
  changeAt,
  changesOfSet,
  keysOfBoth,
} from './plan-change.js';
import { delegationChanges, grantChanges } from './plan-grants.js';
import { receiverChanges } from './plan-receiver.js';
import { resourceChanges } from './plan-resource.js';
import { paceChanges, responseChanges } from './plan-watch.js';
import type { Operator, Owner, Registry, Resource, Workload } from './registry.js';

export type { Change } from './plan-change.js';

/**
 * What would change if another registry came into force, in the order of the manifest: owners, resources,
 * workloads, operators, each by name. Whatever lets policy grant what it refused before is marked as
 * widening, and so is what lets a theft go unseen or be answered more mildly: a change that is not marked
 * can be waved through.
 */
export function planRegistry(before: Registry, after: Registry): readonly Change[] {
  return [
    ...changeAt({ path: 'issuer', before: before.issuer, after: after.issuer }).map(
      (change): Change => ({ ...change, subject: { kind: 'manifest' } }),
    ),
    ...sectionChanges('owner', before.owners, after.owners, ownerChanges),
    ...sectionChanges('resource', before.resources, after.resources, resourcePair),
    ...sectionChanges('workload', before.workloads, after.workloads, (was, is) =>
      workloadPair([before, was], [after, is]),
    ),
    ...sectionChanges('operator', before.operators, after.operators, operatorChanges),
  ];
}

type Kind = 'owner' | 'resource' | 'workload' | 'operator';

/** The changes of one section; a path that is empty is the entry itself. */
function sectionChanges<T>(
  kind: Kind,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  pair: (was: T | undefined, is: T | undefined) => readonly ChangeBelow[],
): readonly Change[] {
  return keysOfBoth(before, after).flatMap((name) =>
    pair(before.get(name), after.get(name)).map(
      ({ path, ...change }): Change => ({
        path: path === '' ? `${kind}s.${name}` : `${kind}s.${name}.${path}`,
        ...change,
        subject: { kind, name },
      }),
    ),
  );
}

function ownerChanges(was: Owner | undefined, is: Owner | undefined): readonly ChangeBelow[] {
  const receivers = [
    ...receiverChanges('notify.contact', was?.notify.contact, is?.notify.contact),
    ...receiverChanges('notify.escalation', was?.notify.escalation, is?.notify.escalation),
  ];
  if (was === undefined || is === undefined)
    return [...changeAt({ path: '', before: was?.contact, after: is?.contact }), ...receivers];
  return [
    ...changeAt({ path: 'contact', before: was.contact, after: is.contact }),
    ...changeAt({ path: 'escalation', before: was.escalation, after: is.escalation }),
    ...receivers,
  ];
}

function resourcePair(was: Resource | undefined, is: Resource | undefined): readonly ChangeBelow[] {
  if (was !== undefined && is !== undefined) return resourceChanges(was, is);
  return changeAt({ path: '', before: was?.audience, after: is?.audience });
}

function workloadPair(
  [before, was]: readonly [Registry, Workload | undefined],
  [after, is]: readonly [Registry, Workload | undefined],
): readonly ChangeBelow[] {
  const itself = changeAt(
    { path: '', before: was && registered, after: is && registered },
    is !== undefined && was === undefined && 'another workload may join',
  );
  if (is === undefined) return itself;
  const grants = grantChanges([before, was], [after, is]);
  const delegation = delegationChanges(was?.delegation ?? noDelegation, is.delegation);
  if (was === undefined) return [...itself, ...grants, ...delegation];
  return [
    ...changeAt({ path: 'owner', before: was.owner, after: is.owner }),
    ...changeAt(
      { path: 'class', before: was.class, after: is.class },
      was.class === 'agent' && 'the watch takes it for something that chooses nothing',
    ),
    ...grants,
    ...delegation,
    ...paceChanges(was.pace, is.pace),
    ...responseChanges(was.responses, is.responses),
  ];
}

const noDelegation = { depth: 0, to: new Set<string>() };
/** Of every workload: what differs inside is said by changes of their own. */
const registered = 'registered';

function operatorChanges(
  was: Operator | undefined,
  is: Operator | undefined,
): readonly ChangeBelow[] {
  const text = (operator: Operator | undefined) =>
    operator && [...operator.roles].sort().join(', ');
  if (was === undefined || is === undefined)
    return changeAt(
      { path: '', before: text(was), after: text(is) },
      is !== undefined && 'another operator may join',
    );
  return changesOfSet('roles', was.roles, is.roles, { added: 'the operator may do more' });
}
