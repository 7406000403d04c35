import { createHash } from 'node:crypto';
import { ok, type Result, refuse } from '@creance/proto';
import type { LineCounter } from 'yaml';
import type { HashDestination } from '../domain/destination.js';
import type { Registry } from '../domain/registry.js';
import { buildRegistry } from './build.js';
import { linesOf } from './characters.js';
import type { ManifestFaults } from './fault.js';
import { type Finding, report } from './finding.js';
import { grantFindings } from './grants.js';
import { referenceFindings } from './references.js';
import {
  audienceFindings,
  duplicateFindings,
  issuerFindings,
  lifetimeFindings,
  type ManifestMode,
  receiverFindings,
} from './rules.js';
import type { Manifest } from './schema.js';
import { checkShape } from './shape.js';
import type { TreeNode } from './tree.js';
import { treeOf } from './tree-of.js';

/** A manifest in which nothing is wrong. */
export interface CheckedManifest {
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly hash: string;
  /** Absent in a manifest for development only. */
  readonly issuer: string | undefined;
  /** As it is written, defaults filled in. */
  readonly manifest: Manifest;
  /** The line at which something stands, from 1, by the names that lead to it; undefined when it does not. */
  lineOf(...path: readonly string[]): number | undefined;
  /** The frozen registry. The keys that destinations are hashed by may depend on the issuer. */
  registry(hash: HashDestination): Registry;
}

/**
 * Parses the text of a manifest: YAML 1.2 without anchors, aliases, tags, merge keys and directives,
 * under the bounds of bounds.ts. Either the whole manifest or every fault, by position. What
 * is not YAML is named before anything is said of its meaning, and a bound that is hit ends the reading.
 *
 * @param text - The whole text of the file.
 * @param fileName - How the file is called in faults.
 * @param mode - `dev` lets the issuer be absent.
 */
export function parseManifest(
  text: string,
  fileName: string,
  mode: ManifestMode,
): Result<CheckedManifest, ManifestFaults> {
  const lines = linesOf(text);
  const { manifest, root, findings } = judge(text, lines, mode);
  const [first] = findings;
  if (manifest !== undefined && first === undefined) {
    const { issuer } = manifest;
    const hash = createHash('sha256').update(text).digest('base64url');
    return ok({
      text,
      hash,
      issuer,
      manifest,
      lineOf: (...path) => lineIn(root, path, lines),
      registry: (hash) => buildRegistry(manifest, hash),
    });
  }
  return refuse(report(findings, fileName, lines));
}

/** The line of the key of something. */
function lineIn(
  root: TreeNode | undefined,
  path: readonly string[],
  lines: LineCounter,
): number | undefined {
  let node = root;
  for (const name of path) node = node?.entries?.get(name);
  return node && lines.linePos(node.keyOffset).line;
}

interface Judgement {
  readonly manifest: Manifest | undefined;
  /** Absent when the text is no tree. */
  readonly root?: TreeNode;
  readonly findings: readonly Finding[];
}

function judge(text: string, lines: LineCounter, mode: ManifestMode): Judgement {
  const { root, isWhole, findings } = treeOf(text, lines);
  if (root === undefined) {
    const all = isWhole ? [...findings, emptyFinding] : findings;
    return { manifest: undefined, findings: all };
  }
  const shape = checkShape(root);
  const rules = [
    ...issuerFindings(root, mode),
    ...receiverFindings(root, mode),
    ...referenceFindings(root),
    ...audienceFindings(root),
    ...duplicateFindings(root),
    ...lifetimeFindings(root),
    ...grantFindings(root),
  ];
  return { manifest: shape.manifest, root, findings: [...findings, ...shape.findings, ...rules] };
}

const emptyFinding: Finding = {
  code: 'file_empty',
  offset: 0,
  path: [],
  text: () => ({
    problem: 'the file holds no manifest',
    fix: 'start it with "apiVersion: creance/v1"',
  }),
};
