import { tokenLifetimeSecondsDefault } from '@creance/proto';
import type { Finding } from './finding.js';
import { entryOf, itemsOf, type Placed, sectionOf, textsUnder, textUnder } from './read-tree.js';
import { nodeAt, type TreeNode } from './tree.js';
import { formatPath, quoted } from './words.js';

/** What the grants of one workload, taken together, must not say. */
export function grantFindings(root: TreeNode): Finding[] {
  return sectionOf(root, 'workloads').flatMap(([, workload]) => {
    const grants = itemsOf(workload, 'grants');
    return [
      ...ambiguousFindings(grants),
      ...repeatedFindings(grants),
      ...grants.flatMap((grant) => canaryFindings(root, grant)),
    ];
  });
}

/** A canary scope is bait: whoever asks for it is held, so that a grant of it could only be a trap for its owner. */
function canaryFindings(root: TreeNode, grant: Placed): Finding[] {
  const resource = textUnder(grant, 'resource')?.text ?? '';
  return textsUnder(grant, 'scopes').flatMap(({ text: scope, node, path }) => {
    const registered = ['resources', resource, 'scopes', scope];
    if (nodeAt(root, [...registered, 'canary'])?.scalar !== true) return [];
    const text = () => ({
      problem: `${quoted(scope)} is a canary scope: a session that asks for it is held`,
      fix: `take it out of the grant, or take "canary: true" away from ${formatPath(registered)}`,
    });
    return [{ code: 'canary_granted' as const, offset: node.offset, path, text }];
  });
}

/** One scope with and without a person's approval: the open one would win, which nobody may have meant. */
function ambiguousFindings(grants: readonly Placed[]): Finding[] {
  const first = new Map<string, { approval: string; offset: number }>();
  return grants.flatMap((grant) => {
    const approval = approvalOf(grant);
    const resource = textUnder(grant, 'resource')?.text;
    if (approval === undefined || resource === undefined) return [];
    return textsUnder(grant, 'scopes').flatMap(({ text: scope, node, path }) => {
      const key = JSON.stringify([resource, scope]);
      const before = first.get(key);
      if (before === undefined) first.set(key, { approval, offset: node.offset });
      if (before === undefined || before.approval === approval) return [];
      const text = (lineOf: (offset: number) => number) => ({
        problem: `${quoted(scope)} is granted on line ${lineOf(before.offset)} with approval "${before.approval}" and here with "${approval}"`,
        fix: 'give the same approval in both, or grant the scope once',
      });
      return [{ code: 'approval_ambiguous' as const, offset: node.offset, path, text }];
    });
  });
}

/** Undefined when it is there and is nothing that the schema knows. */
function approvalOf(grant: Placed): string | undefined {
  if (grant.node.entries?.has('approval') !== true) return 'none';
  return textUnder(grant, 'approval')?.text;
}

/** The same grant written again: one of them may be a slip for something else. */
function repeatedFindings(grants: readonly Placed[]): Finding[] {
  const first = new Map<string, number>();
  return grants.flatMap(({ node, path }) => {
    const key = identityOf({ node, path });
    if (key === undefined) return [];
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, node.offset);
      return [];
    }
    const text = (lineOf: (offset: number) => number) => ({
      problem: `this is the same grant as on line ${lineOf(before)}`,
      fix: 'remove one of the two',
    });
    return [{ code: 'grant_duplicate' as const, offset: node.offset, path, text }];
  });
}

function lifetimeOf(grant: Placed): number | undefined {
  if (grant.node.entries?.has('lifetimeSeconds') !== true) return tokenLifetimeSecondsDefault;
  const lifetime = entryOf(grant, 'lifetimeSeconds')?.node.scalar;
  return typeof lifetime === 'number' ? lifetime : undefined;
}

/** Undefined while a grant is not whole. */
function identityOf(grant: Placed): string | undefined {
  const resource = textUnder(grant, 'resource')?.text;
  const scopes = textsUnder(grant, 'scopes').map(({ text }) => text);
  const approval = approvalOf(grant);
  const lifetime = lifetimeOf(grant);
  if (resource === undefined || scopes.length === 0 || approval === undefined) return undefined;
  if (lifetime === undefined) return undefined;
  return JSON.stringify([resource, scopes.toSorted(), lifetime, approval]);
}
