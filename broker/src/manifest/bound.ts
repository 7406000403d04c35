import { CST } from 'yaml';
import { manifestBounds } from './bounds.js';
import type { Finding } from './finding.js';
import { formatPath, type Path } from './words.js';

type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;

/** Whether the innermost open collection is too deep or too wide. Those around it were looked at before. */
export function boundFinding(stack: readonly CST.Token[], offset: number): Finding | undefined {
  let innermost: Collection | undefined;
  let depth = 0;
  for (const token of stack) {
    if (!isCollection(token)) continue;
    innermost = token;
    depth += 1;
  }
  if (innermost === undefined) return undefined;
  if (depth > manifestBounds.depth) return deepFinding(stack, offset);
  const most = widthOf(depth);
  const last: CST.CollectionItem | undefined = innermost.items.at(-1);
  const entries = innermost.items.length - (last === undefined || isBegun(last) ? 0 : 1);
  if (entries <= most || last === undefined) return undefined;
  const path = pathOf(stack).slice(0, -1);
  const problem = `${formatPath(path) || 'the file'} has more than ${most} entries`;
  const fix = 'remove what is no longer needed, or give it a broker of its own';
  const at = last.key?.offset ?? last.value?.offset ?? offset;
  return { code: 'entries_too_many', offset: at, path, text: () => ({ problem, fix }) };
}

function deepFinding(stack: readonly CST.Token[], offset: number): Finding {
  const problem = `more than ${manifestBounds.depth} maps and lists lie inside each other`;
  const fix = 'a manifest needs six levels: remove the rest';
  const path = pathOf(stack).slice(0, -1);
  return { code: 'nesting_too_deep', offset, path, text: () => ({ problem, fix }) };
}

function widthOf(depth: number): number {
  if (depth === 1) return manifestBounds.rootKeys;
  return depth === 2 ? manifestBounds.sectionEntries : manifestBounds.entries;
}

function isCollection(token: CST.Token): token is Collection {
  return CST.isCollection(token);
}

/** The last entry of a collection may be nothing but space and comments so far. */
function isBegun({ key, value, sep }: CST.CollectionItem): boolean {
  return key !== undefined || value !== undefined || sep !== undefined;
}

/** Where the parser stands, by the last entry of every open collection. */
export function pathOf(stack: readonly CST.Token[]): Path {
  return stack.filter(isCollection).map((token) => {
    const last: CST.CollectionItem | undefined = token.items.at(-1);
    if (isList(token)) return Math.max(0, token.items.length - 1);
    return CST.isScalar(last?.key) ? CST.resolveAsScalar(last.key, true, ignore).value : '';
  });
}

/** A key that is not YAML is named when the document is composed; without this it throws here. */
function ignore(): void {}

function isList(token: Collection): boolean {
  if (token.type === 'flow-collection') return token.start.type === 'flow-seq-start';
  return token.type === 'block-seq';
}
