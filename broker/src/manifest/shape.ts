import type { z } from 'zod';
import { schemaAt } from './descend.js';
import type { Finding } from './finding.js';
import { type Manifest, manifestSchema } from './schema.js';
import { keyMissingText, keyUnknownText, textOf } from './shape-words.js';
import { nodeAt, plainOf, type TreeNode } from './tree.js';
import type { Path } from './words.js';

/** An issue with its path from the file's own map. */
interface Issue {
  readonly path: Path;
  readonly issue: z.core.$ZodIssue;
}

/** Checks a tree against the schema; the manifest is absent when anything is wrong. */
export function checkShape(root: TreeNode): {
  readonly manifest: Manifest | undefined;
  readonly findings: readonly Finding[];
} {
  const parsed = manifestSchema.safeParse(plainOf(root));
  if (parsed.success) return { manifest: parsed.data, findings: [] };
  const issues = parsed.error.issues.flatMap((issue) => spread(root, issue, []));
  return { manifest: undefined, findings: issues.flatMap((issue) => findingsOf(root, issue)) };
}

/** Zod does not look at the value under a refused name: look, so that all faults come together. */
function spread(root: TreeNode, issue: z.core.$ZodIssue, base: Path): Issue[] {
  const path = [...base, ...(issue.path as Path)];
  const found = [{ path, issue }];
  const node = issue.code === 'invalid_key' ? nodeAt(root, path) : undefined;
  if (node === undefined) return found;
  const below = schemaAt(path)?.safeParse(plainOf(node)).error?.issues ?? [];
  return [...found, ...below.flatMap((inner) => spread(root, inner, path))];
}

function findingsOf(root: TreeNode, { path, issue }: Issue): Finding[] {
  const node = nodeAt(root, path);
  if (!isSoundAlong(root, path)) return [];
  if (node === undefined) return missingFinding(root, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownFinding(node, [...path, key]));
  }
  const { code, text } = textOf(path, issue, node);
  const offset = issue.code === 'invalid_key' ? node.keyOffset : node.offset;
  return [{ code, offset, path, text: () => text }];
}

/** What lies below a value that is refused already, as an alias, is not known. */
function isSoundAlong(root: TreeNode, path: Path): boolean {
  return path.every((_, at) => nodeAt(root, path.slice(0, at + 1))?.sound !== false);
}

function missingFinding(root: TreeNode, path: Path): Finding[] {
  const parent = nodeAt(root, path.slice(0, -1));
  if (parent === undefined || parent.partial) return [];
  const text = () => keyMissingText(path);
  return [{ code: 'key_missing', offset: parent.keyOffset, path, text }];
}

function unknownFinding(map: TreeNode, path: Path): Finding {
  const key = String(path.at(-1));
  const offset = map.entries?.get(key)?.keyOffset ?? map.offset;
  return { code: 'key_unknown', offset, path, text: () => keyUnknownText(path) };
}
