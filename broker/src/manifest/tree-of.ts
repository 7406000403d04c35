import type { LineCounter } from 'yaml';
import { characterFindings, sizeFinding } from './characters.js';
import type { Finding } from './finding.js';
import { scanText } from './scan.js';
import { composeTokens } from './syntax.js';
import { growTree, type TreeNode } from './tree.js';

/** What a text says, before anybody asks what it means. */
export interface GrownText {
  /** Absent in a text that says nothing, and in one that cannot be read to its end. */
  readonly root: TreeNode | undefined;
  /** Whether it was read to its end. */
  readonly isWhole: boolean;
  readonly findings: readonly Finding[];
}

/** Reads the one document of a text. Cheapest first; what would confuse the next step ends here. */
export function treeOf(text: string, lines: LineCounter): GrownText {
  const size = sizeFinding(text, lines);
  if (size !== undefined) return broken([size]);
  const characters = characterFindings(text);
  if (characters.length > 0) return broken(characters);
  const { tokens, findings } = scanText(text);
  if (tokens === undefined) return broken(findings);
  const composed = composeTokens(tokens, text.length);
  if (composed.findings.length > 0) return broken([...findings, ...composed.findings]);
  const tree = composed.contents === undefined ? undefined : growTree(composed.contents);
  if (tree === undefined || isNothing(tree.root)) {
    return { root: undefined, isWhole: true, findings };
  }
  return { root: tree.root, isWhole: true, findings: [...findings, ...tree.findings] };
}

function broken(findings: readonly Finding[]): GrownText {
  return { root: undefined, isWhole: false, findings };
}

function isNothing({ scalar, sound }: TreeNode): boolean {
  return scalar === null && sound;
}
