import {
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Finding } from './finding.js';
import { type Path, quoted } from './words.js';

/** A value of the file and its place. Names are keys of a Map: `__proto__` is a word like any other. */
export interface TreeNode {
  /** Where the value starts. */
  readonly offset: number;
  /** Where its key starts; of an item of a list, the item. */
  readonly keyOffset: number;
  readonly scalar: string | number | boolean | null | undefined;
  readonly entries: ReadonlyMap<string, TreeNode> | undefined;
  readonly items: readonly TreeNode[] | undefined;
  /** False when what is wrong with it is said already and nothing more can be said of it. */
  readonly sound: boolean;
  /** A map that names others to be merged in: what it lacks may be there. */
  readonly partial: boolean;
}

/** Whole numbers as everybody reads them: no sign but minus, no `0x`, `0o`, leading zero, `1e3`, `60.0`. */
const numberForm = /^-?(?:0|[1-9][0-9]{0,14})$/;

/** Grows the tree of a document. Names what YAML allows and a manifest does not. */
export function growTree(contents: ParsedNode): { root: TreeNode; findings: Finding[] } {
  const findings: Finding[] = [];
  return { root: grow(contents, contents.range[0], [], findings), findings };
}

type Grown = Partial<Omit<TreeNode, 'offset' | 'keyOffset'>>;

function grow(node: unknown, keyOffset: number, path: Path, findings: Finding[]): TreeNode {
  const offset = (node as ParsedNode | null)?.range?.[0] ?? keyOffset;
  const bare = { offset, keyOffset, scalar: undefined, entries: undefined, items: undefined };
  return { ...bare, sound: true, partial: false, ...grown(node, offset, path, findings) };
}

function grown(node: unknown, offset: number, path: Path, findings: Finding[]): Grown {
  if (node === null || node === undefined) return { scalar: null };
  if (isMap(node)) return { ...growEntries(node, path, findings), sound: node.tag === undefined };
  if (isSeq(node)) {
    const items = node.items.map((item, at) => grow(item, offset, [...path, at], findings));
    return { items, sound: node.tag === undefined };
  }
  // What is neither is an alias. The scan has named its place, and a place has one fault.
  if (!isScalar(node)) return { scalar: null };
  return growScalar(node, offset, path, findings);
}

function growScalar(node: Scalar, offset: number, path: Path, findings: Finding[]): Grown {
  const scalar = node.value as string | number | boolean | null;
  const { source = '' } = node;
  if (typeof scalar !== 'number' || numberForm.test(source)) {
    return { scalar, sound: node.tag === undefined };
  }
  const problem = `${quoted(source)} is not a whole number in plain digits`;
  const fix = 'write digits only, as 60; a text needs quotes';
  findings.push({ code: 'number_malformed', offset, path, text: () => ({ problem, fix }) });
  return { scalar, sound: false };
}

function growEntries(map: YAMLMap, path: Path, findings: Finding[]): Grown {
  const entries = new Map<string, TreeNode>();
  let partial = false;
  for (const pair of map.items as Pair[]) {
    const offset = (pair.key as ParsedNode | null)?.range?.[0] ?? 0;
    const key = isScalar(pair.key) ? pair.key.value : undefined;
    if (key === '<<') partial = true;
    const finding = keyFinding(key, offset, path, entries);
    if (finding === undefined) {
      entries.set(key as string, grow(pair.value, offset, [...path, key as string], findings));
    } else {
      findings.push(finding);
    }
  }
  return { entries, partial };
}

/** Why a key is refused before anybody asks what it means. */
function keyFinding(
  key: unknown,
  offset: number,
  path: Path,
  before: ReadonlyMap<string, TreeNode>,
): Finding | undefined {
  if (typeof key !== 'string') {
    const problem = 'this key is not a text';
    const fix = 'set it in quotes, or write a name';
    return { code: 'key_not_text', offset, path, text: () => ({ problem, fix }) };
  }
  const at = { offset, path: [...path, key] };
  if (key === '<<') {
    const problem = 'merge keys are not allowed';
    const fix = 'remove "<<" and write the entries out';
    return { ...at, code: 'merge_key_refused', text: () => ({ problem, fix }) };
  }
  if (key === '__proto__') {
    const problem = '"__proto__" is a reserved name';
    return { ...at, code: 'name_reserved', text: () => ({ problem, fix: 'choose another name' }) };
  }
  const first = before.get(key);
  if (first === undefined) return undefined;
  const text = (lineOf: (offset: number) => number) => ({
    problem: `${quoted(key)} is defined twice, first on line ${lineOf(first.keyOffset)}`,
    fix: 'keep one of the two',
  });
  return { ...at, code: 'key_duplicate', text };
}

/** The node at a path; undefined when the file has nothing there. */
export function nodeAt(root: TreeNode, path: Path): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const step of path) {
    node = typeof step === 'number' ? node?.items?.[step] : node?.entries?.get(step);
  }
  return node;
}

/** The value of a node in plain objects without prototypes. */
export function plainOf(node: TreeNode): unknown {
  if (node.items !== undefined) return node.items.map(plainOf);
  if (node.entries === undefined) return node.scalar;
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of node.entries) plain[key] = plainOf(entry);
  return plain;
}
