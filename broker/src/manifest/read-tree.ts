import { nodeAt, type TreeNode } from './tree.js';
import type { Path } from './words.js';

/** A node with its path. */
export interface Placed {
  readonly node: TreeNode;
  readonly path: Path;
}

/**
 * The rules read the tree and not the parsed manifest, so that they speak even when something else is
 * wrong; what has not the right shape is passed over here, as the schema names it.
 */
export function sectionOf(root: TreeNode, section: string): [name: string, entry: Placed][] {
  const entries = nodeAt(root, [section])?.entries ?? new Map<string, TreeNode>();
  return [...entries].map(([name, node]) => [name, { node, path: [section, name] }]);
}

/** An entry of a map; undefined when there is none, or nothing can be said of it. */
export function entryOf({ node, path }: Placed, key: string): Placed | undefined {
  const entry = node.entries?.get(key);
  return entry?.sound === true ? { node: entry, path: [...path, key] } : undefined;
}

/** The items of a list under a key. */
export function itemsOf(placed: Placed, key: string): Placed[] {
  const list = entryOf(placed, key);
  const items = list?.node.items ?? [];
  return items
    .map((node, at) => ({ node, path: [...placed.path, key, at] }))
    .filter(({ node }) => node.sound);
}

/** A text under a key, with its place. */
export function textUnder(placed: Placed, key: string): (Placed & { text: string }) | undefined {
  const entry = entryOf(placed, key);
  const text = entry?.node.scalar;
  return entry === undefined || typeof text !== 'string' ? undefined : { ...entry, text };
}

/** The texts of a list under a key, with their places. */
export function textsUnder(placed: Placed, key: string): (Placed & { text: string })[] {
  const list = entryOf(placed, key);
  return list === undefined ? [] : textsOf(list);
}

/** The texts of a list, with their places. */
export function textsOf({ node, path }: Placed): (Placed & { text: string })[] {
  return (node.items ?? []).flatMap((item, at) =>
    item.sound && typeof item.scalar === 'string'
      ? [{ node: item, path: [...path, at], text: item.scalar }]
      : [],
  );
}
