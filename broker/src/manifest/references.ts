import type { Finding } from './finding.js';
import { paceFindings } from './pace.js';
import { entryOf, itemsOf, type Placed, sectionOf, textsUnder, textUnder } from './read-tree.js';
import { nodeAt, type TreeNode } from './tree.js';
import { type Names, unknownName, unknownText } from './unknown-name.js';

/** Names that nothing has: owners, resources, scopes and workloads that a workload speaks of. */
export function referenceFindings(root: TreeNode): Finding[] {
  const owners = namesOf(root, 'owners');
  const resources = namesOf(root, 'resources');
  const workloads = namesOf(root, 'workloads');
  return sectionOf(root, 'workloads').flatMap(([, workload]) => [
    ...ownerFindings(workload, owners),
    ...itemsOf(workload, 'grants').flatMap((grant) => grantFindings(grant, resources)),
    ...delegateFindings(workload, workloads),
    ...paceFindings(workload, resources),
  ]);
}

/** The names of a section; undefined when it has no names to compare with, as a list has none. */
function namesOf(root: TreeNode, section: string): Names | undefined {
  const node = nodeAt(root, [section]);
  return node === undefined ? new Map() : node.entries;
}

function ownerFindings(workload: Placed, owners: Names | undefined): Finding[] {
  const owner = textUnder(workload, 'owner');
  if (owner === undefined || owners === undefined || owners.has(owner.text)) return [];
  return [
    unknownName('owner_unknown', owner, () => unknownText('owner', owner.text, owners, 'owners:')),
  ];
}

function grantFindings(grant: Placed, resources: Names | undefined): Finding[] {
  const named = textUnder(grant, 'resource');
  if (named === undefined || resources === undefined) return [];
  const resource = resources.get(named.text);
  if (resource === undefined) {
    const text = () => unknownText('resource', named.text, resources, 'resources:');
    return [unknownName('resource_unknown', named, text)];
  }
  const scopes = resource.entries?.get('scopes')?.entries;
  if (scopes === undefined) return [];
  return textsUnder(grant, 'scopes')
    .filter(({ text }) => !scopes.has(text))
    .map((scope) => {
      const defined = `resources.${named.text}.scopes:`;
      return unknownName('scope_unknown', scope, () =>
        unknownText('scope', scope.text, scopes, defined),
      );
    });
}

function delegateFindings(workload: Placed, workloads: Names | undefined): Finding[] {
  const delegation = entryOf(workload, 'delegation');
  if (delegation === undefined || workloads === undefined) return [];
  return textsUnder(delegation, 'to')
    .filter(({ text }) => !workloads.has(text))
    .map((named) => {
      const text = () => unknownText('workload', named.text, workloads, 'workloads:');
      return unknownName('workload_unknown', named, text);
    });
}
