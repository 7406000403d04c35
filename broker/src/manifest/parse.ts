import { createHash } from 'node:crypto';
import { ok, type Result, refuse } from '@creance/proto';
import type { LineCounter } from 'yaml';
import type { HashDestination } from '../domain/destination.js';
import type { Registry } from '../domain/registry.js';
import { buildRegistry } from './build.js';
import { characterFindings, linesOf, sizeFinding } from './characters.js';
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
} from './rules.js';
import { scanText } from './scan.js';
import type { Manifest } from './schema.js';
import { checkShape } from './shape.js';
import { composeTokens } from './syntax.js';
import { growTree, type TreeNode } from './tree.js';

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

/** Cheapest first; what would confuse the next step ends here. */
function judge(text: string, lines: LineCounter, mode: ManifestMode): Judgement {
  const size = sizeFinding(text, lines);
  if (size !== undefined) return { manifest: undefined, findings: [size] };
  const characters = characterFindings(text);
  if (characters.length > 0) return { manifest: undefined, findings: characters };
  const { tokens, findings } = scanText(text);
  if (tokens === undefined) return { manifest: undefined, findings };
  const composed = composeTokens(tokens, text.length);
  if (composed.findings.length > 0) {
    return { manifest: undefined, findings: [...findings, ...composed.findings] };
  }
  const tree = composed.contents === undefined ? undefined : growTree(composed.contents);
  if (tree === undefined || isNothing(tree.root)) {
    return { manifest: undefined, findings: [...findings, emptyFinding] };
  }
  const shape = checkShape(tree.root);
  const rules = [
    ...issuerFindings(tree.root, mode),
    ...referenceFindings(tree.root),
    ...audienceFindings(tree.root),
    ...duplicateFindings(tree.root),
    ...lifetimeFindings(tree.root),
    ...grantFindings(tree.root),
  ];
  const all = [...findings, ...tree.findings, ...shape.findings, ...rules];
  return { manifest: shape.manifest, root: tree.root, findings: all };
}

function isNothing({ scalar, sound }: TreeNode): boolean {
  return scalar === null && sound;
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
