import { bestEffortLifetimeSecondsMax } from '../domain/policy.js';
import type { Finding } from './finding.js';
import { entryOf, itemsOf, type Placed, sectionOf, textsUnder, textUnder } from './read-tree.js';
import { nodeAt, type TreeNode } from './tree.js';
import { audienceIdentity, isInvalidHost, isLoopbackHttp } from './uri.js';
import { formatPath, quoted } from './words.js';

/** How the broker runs. */
export interface ManifestMode {
  /** Development: the issuer may be absent, the broker then makes its own. */
  readonly dev: boolean;
}

/** An issuer that tokens of a production broker would carry must be there and be reachable. */
export function issuerFindings(root: TreeNode, { dev }: ManifestMode): Finding[] {
  if (dev || root.entries === undefined || root.partial) return [];
  const path = ['issuer'];
  const issuer = nodeAt(root, path);
  if (issuer === undefined) {
    const problem = 'the file has no key "issuer"';
    const fix = 'add "issuer: https://..." with the address that verifiers know the broker by';
    return [{ code: 'key_missing', offset: root.offset, path, text: () => ({ problem, fix }) }];
  }
  const { scalar, offset } = issuer;
  if (typeof scalar !== 'string' || !isInvalidHost(scalar)) return [];
  const problem = 'a host under ".invalid" is for development only';
  const fix = 'write the address that verifiers know the broker by';
  return [{ code: 'issuer_invalid_outside_dev', offset, path, text: () => ({ problem, fix }) }];
}

/** Plain http, and a receiver on the broker's own machine, are for development. */
export function receiverFindings(root: TreeNode, { dev }: ManifestMode): Finding[] {
  if (dev) return [];
  return sectionOf(root, 'owners').flatMap(([, owner]) => {
    const notify = entryOf(owner, 'notify');
    const receivers = ['contact', 'escalation'].map((name) => notify && entryOf(notify, name));
    return receivers.flatMap((receiver) => {
      const url = receiver && textUnder(receiver, 'url');
      if (url === undefined || !isLoopbackHttp(url.text)) return [];
      const problem = 'plain http to this machine is for development only';
      const text = () => ({ problem, fix: 'write an https URL' });
      const { node, path } = url;
      return [{ code: 'receiver_insecure' as const, offset: node.offset, path, text }];
    });
  });
}

/** An audience stands for one resource: otherwise a token for one would open the other. */
export function audienceFindings(root: TreeNode): Finding[] {
  const first = new Map<string, string>();
  return sectionOf(root, 'resources').flatMap(([name, resource]) => {
    const audience = textUnder(resource, 'audience');
    if (audience === undefined) return [];
    const identity = audienceIdentity(audience.text);
    const holder = first.get(identity);
    if (holder === undefined) {
      first.set(identity, name);
      return [];
    }
    const { node, path } = audience;
    const problem = `the resource ${quoted(holder)} has this audience already`;
    const fix = 'give each resource an audience of its own, or make them one resource';
    const text = () => ({ problem, fix });
    return [{ code: 'audience_duplicate' as const, offset: node.offset, path, text }];
  });
}

/** Words that a list holds twice: roles, kinds of evidence, scopes of a grant, workloads of children, systems. */
export function duplicateFindings(root: TreeNode): Finding[] {
  const operators = sectionOf(root, 'operators').map(([, one]) => textsUnder(one, 'roles'));
  const workloads = sectionOf(root, 'workloads').flatMap(([, one]) => [
    itemsOf(one, 'evidence').flatMap((evidence) => textUnder(evidence, 'kind') ?? []),
    ...itemsOf(one, 'grants').map((grant) => textsUnder(grant, 'scopes')),
    wordsUnder(one, 'delegation', 'to'),
    wordsUnder(one, 'pace', 'systems'),
  ]);
  return [...operators, ...workloads].flatMap(twice);
}

function wordsUnder(workload: Placed, map: string, list: string): (Placed & { text: string })[] {
  const entry = entryOf(workload, map);
  return entry === undefined ? [] : textsUnder(entry, list);
}

function twice(words: readonly (Placed & { text: string })[]): Finding[] {
  const seen = new Set<string>();
  return words.flatMap(({ text: word, node, path }) => {
    if (!seen.has(word)) {
      seen.add(word);
      return [];
    }
    const problem = `${quoted(word)} is in this list already`;
    const text = () => ({ problem, fix: 'keep one of the two' });
    return [{ code: 'item_duplicate' as const, offset: node.offset, path, text }];
  });
}

/** Verifiers of a `bestEffort` resource may be behind: its tokens must be over soon. */
export function lifetimeFindings(root: TreeNode): Finding[] {
  const most = bestEffortLifetimeSecondsMax;
  const grants = sectionOf(root, 'workloads').flatMap(([, one]) => itemsOf(one, 'grants'));
  return grants.flatMap((grant) => {
    const resource = textUnder(grant, 'resource')?.text ?? '';
    const lifetime = entryOf(grant, 'lifetimeSeconds');
    const seconds = lifetime?.node.scalar;
    if (lifetime === undefined || typeof seconds !== 'number' || seconds <= most) return [];
    if (nodeAt(root, ['resources', resource, 'strictness'])?.scalar !== 'bestEffort') return [];
    const problem = `verifiers of ${quoted(resource)} are bestEffort and may be behind: its tokens live at most ${most} s`;
    const fix = `write at most ${most}, or set ${formatPath(['resources', resource])}.strictness to strict`;
    const text = () => ({ problem, fix });
    const { node, path } = lifetime;
    return [{ code: 'lifetime_best_effort' as const, offset: node.offset, path, text }];
  });
}
