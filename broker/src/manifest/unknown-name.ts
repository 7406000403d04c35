import type { FaultCode } from './fault.js';
import type { FaultText, Finding } from './finding.js';
import { didYouMean } from './nearest.js';
import type { Placed } from './read-tree.js';
import type { TreeNode } from './tree.js';
import { quoted } from './words.js';

/** The names of a section. */
export type Names = ReadonlyMap<string, TreeNode>;

/** A name that nothing has. */
export function unknownName(
  code: FaultCode,
  { node, path }: Placed,
  text: () => FaultText,
): Finding {
  return { code, offset: node.offset, path, text };
}

/** The words for a name that nothing has: what was presented, what may have been meant, where they are. */
export function unknownText(
  kind: string,
  presented: string,
  known: Names,
  defined: string,
): FaultText {
  const problem = `there is no ${kind} ${quoted(presented)}`;
  const fix = `${didYouMean(presented, known.keys())}${kind}s are defined under "${defined}"`;
  return { problem, fix };
}
