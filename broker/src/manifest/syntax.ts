import { Composer, type CST, type ParsedNode, type YAMLError } from 'yaml';
import type { FaultCode } from './fault.js';
import type { FaultText, Finding } from './finding.js';

/**
 * YAML 1.2, core schema, no merge keys, no tags. Two settings are the walk's own work (tree.ts):
 * `uniqueKeys` is quadratic in `yaml` and stops at a bare "must be unique", and aliases are refused
 * where they stand, so nothing here ever expands one (`maxAliasCount` guards an expansion only).
 */
const yamlOptions = {
  version: '1.2',
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  customTags: null,
  strict: true,
  uniqueKeys: false,
  stringKeys: false,
  intAsBigInt: false,
  prettyErrors: false,
  keepSourceTokens: false,
} as const;

/** Faults of anchors, aliases, tags and directives: the scan has named them, with their place. */
const namedByScan: readonly string[] = [
  'ALIAS_PROPS',
  'BAD_ALIAS',
  'BAD_DIRECTIVE',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
];

/** The nodes of the one document, or why it is not YAML. */
export interface Composed {
  readonly findings: readonly Finding[];
  /** Absent in an empty file. */
  readonly contents: ParsedNode | undefined;
}

/** Makes nodes of the tokens of one document; `length` is that of the text. */
export function composeTokens(tokens: readonly CST.Token[], length: number): Composed {
  const [document] = new Composer(yamlOptions).compose(tokens, true, length);
  if (document === undefined) return { findings: [], contents: undefined };
  const wrong = [...document.errors, ...document.warnings].filter(
    ({ code }) => !namedByScan.includes(code),
  );
  return { findings: wrong.map(syntaxFinding), contents: document.contents ?? undefined };
}

function syntaxFinding(error: YAMLError): Finding {
  const code: FaultCode = error.code === 'TAB_AS_INDENT' ? 'indent_by_tab' : 'syntax';
  return { code, offset: error.pos[0], path: [], text: () => syntaxText(error) };
}

function syntaxText({ code, message }: YAMLError): FaultText {
  if (code === 'TAB_AS_INDENT') {
    return { problem: 'a tab stands where the line is indented', fix: 'indent with spaces' };
  }
  const first = message.charAt(0).toLowerCase();
  const problem = `this is not YAML: ${first}${message.slice(1).replace(/\.$/, '')}`;
  return {
    problem,
    fix: fixes[code] ?? 'check quotes, colons and indentation here and just above',
  };
}

const fixes: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_DQ_ESCAPE: 'write a backslash twice, or use single quotes',
  BAD_INDENT: 'indent the entries of one map or list by the same number of spaces',
  BAD_SCALAR_START: 'set the text in quotes',
  MISSING_CHAR: 'close what was opened: a quote, a bracket or a brace',
};
