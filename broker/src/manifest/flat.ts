import { ok, type Result, refuse } from '@creance/proto';
import type { z } from 'zod';
import { linesOf } from './characters.js';
import type { ManifestFaults } from './fault.js';
import { type Finding, report } from './finding.js';
import { didYouMean } from './nearest.js';
import { readText } from './read.js';
import { textOf } from './shape-words.js';
import { nodeAt, plainOf, type TreeNode } from './tree.js';
import { treeOf } from './tree-of.js';
import { type Path, quoted } from './words.js';

/** A file of keys and values in which nothing is wrong. */
export interface FlatFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where a key stands, as `4:1`; undefined when the file does not have it. */
  readonly placeOf: (key: string) => string | undefined;
}

/** Keys that a reader may well look for and that are not taken, each with what to do instead. */
export type RefusedKeys = Readonly<Record<string, string>>;

/**
 * Reads a file of one map of keys, in the YAML of a manifest and under its bounds: every fault with line,
 * column and fix, or the values. A file that says nothing has none. Never throws.
 */
export async function readFlat(
  file: string,
  schema: z.ZodObject,
  refused: RefusedKeys = {},
): Promise<Result<FlatFile, ManifestFaults>> {
  const text = await readText(file);
  return text.ok ? parseFlat(text.value, file, schema, refused) : text;
}

function parseFlat(
  text: string,
  file: string,
  schema: z.ZodObject,
  refused: RefusedKeys,
): Result<FlatFile, ManifestFaults> {
  const lines = linesOf(text);
  const { root, findings } = treeOf(text, lines);
  const shape = root === undefined ? undefined : shapeOf(root, schema, refused);
  const all = [...findings, ...(shape?.findings ?? [])];
  if (all.length > 0) return refuse(report(all, file, lines));
  return ok({
    values: shape?.values ?? {},
    placeOf: (key) => {
      const entry = root?.entries?.get(key);
      if (entry === undefined) return undefined;
      const { line, col } = lines.linePos(entry.keyOffset);
      return `${line}:${col}`;
    },
  });
}

function shapeOf(root: TreeNode, schema: z.ZodObject, refused: RefusedKeys) {
  const parsed = schema.safeParse(plainOf(root));
  if (parsed.success) return { values: parsed.data, findings: [] };
  const known = Object.keys(schema.shape);
  const findings = parsed.error.issues.flatMap((issue) => {
    const path = issue.path as Path;
    const node = nodeAt(root, path);
    if (node?.sound !== true) return [];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknown(root, key, known, refused));
    const { code, text } = textOf(path, issue, node);
    return [{ code, offset: node.offset, path, text: () => text }];
  });
  return { values: undefined, findings };
}

function unknown(
  root: TreeNode,
  key: string,
  known: readonly string[],
  refused: RefusedKeys,
): Finding {
  const offset = root.entries?.get(key)?.keyOffset ?? root.offset;
  const problem = `there is no key ${quoted(key)} here`;
  const fix = Object.hasOwn(refused, key) ? (refused[key] ?? '') : nearestKey(key, known);
  return { code: 'key_unknown', offset, path: [key], text: () => ({ problem, fix }) };
}

function nearestKey(key: string, known: readonly string[]): string {
  return `${didYouMean(key, known)}known keys are ${known.join(', ')}`;
}
