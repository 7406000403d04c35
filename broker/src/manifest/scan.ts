import { CST, Lexer, Parser } from 'yaml';
import { boundFinding, pathOf } from './bound.js';
import { manifestBounds } from './bounds.js';
import type { FaultCode } from './fault.js';
import type { FaultText, Finding } from './finding.js';

/** The file as syntax tokens, read under the bounds. */
export interface Scan {
  readonly findings: readonly Finding[];
  /** Absent when a bound stopped the reading. */
  readonly tokens: readonly CST.Token[] | undefined;
}

/** Parts of YAML that a manifest does without: each can hide what the file says from its reader. */
const refusedParts: ReadonlyMap<string, FaultText & { readonly code: FaultCode }> = new Map([
  [
    'anchor',
    {
      code: 'anchor_refused',
      problem: 'anchors are not allowed',
      fix: 'remove the "&" word and write the value out wherever it is needed',
    },
  ],
  [
    'alias',
    {
      code: 'alias_refused',
      problem: 'aliases are not allowed',
      fix: 'write the value out instead of the "*" word',
    },
  ],
  [
    'tag',
    {
      code: 'tag_refused',
      problem: 'tags are not allowed',
      fix: 'remove the "!" word; a text that starts with "!" needs quotes',
    },
  ],
  [
    'directive-line',
    {
      code: 'directive_refused',
      problem: 'directives are not allowed: a manifest is YAML 1.2 as it stands',
      fix: 'remove the line that starts with "%"',
    },
  ],
]);

/** Parts that neither open, close nor add anything. */
const idleParts: ReadonlySet<string> = new Set(['space', 'newline', 'comment']);

/** Parts of one value. Valid YAML has three in a row at most: an anchor, a tag, a text. */
const valueParts: ReadonlySet<string> = new Set([
  'alias',
  'anchor',
  'double-quoted-scalar',
  'scalar',
  'single-quoted-scalar',
  'tag',
]);

/**
 * Reads the syntax piece by piece and stops at the first bound that is hit, so that a bomb costs what
 * was read up to there: `yaml` itself has no bound on depth, width or faults and reads to the end first.
 */
export function scanText(text: string): Scan {
  const scanner = new Scanner();
  for (const lexeme of new Lexer().lex(text)) {
    scanner.step(lexeme);
    if (scanner.stopped) return { findings: scanner.findings, tokens: undefined };
  }
  scanner.end();
  return { findings: scanner.findings, tokens: scanner.tokens };
}

class Scanner {
  readonly findings: Finding[] = [];
  readonly tokens: CST.Token[] = [];
  stopped = false;
  readonly #parser = new Parser();
  #inScalar = false;
  #documentsOver = 0;
  #errors = 0;
  #valueRun = 0;
  #signRun = 0;

  step(lexeme: string): void {
    const offset = this.#parser.offset;
    // The text of a plain or block scalar follows its mark and may begin with any sign.
    const part = this.#inScalar ? 'scalar' : (CST.tokenType(lexeme) ?? 'scalar');
    this.#inScalar = lexeme === CST.SCALAR;
    this.#take(this.#parser.next(lexeme));
    if (idleParts.has(part) || this.#inScalar) return;
    const isValue = valueParts.has(part);
    this.#valueRun = isValue ? this.#valueRun + 1 : 0;
    this.#signRun = isValue ? 0 : this.#signRun + 1;
    this.#refusePart(part, offset);
    this.#checkBounds(offset);
  }

  end(): void {
    this.#take(this.#parser.end());
  }

  #take(tokens: Iterable<CST.Token>): void {
    for (const token of tokens) {
      this.tokens.push(token);
      if (token.type === 'document') this.#documentsOver += 1;
      if (token.type === 'error') this.#errors += 1;
    }
  }

  #refusePart(part: string, offset: number): void {
    const refused = refusedParts.get(part);
    if (refused === undefined) return;
    const path = pathOf(this.#parser.stack);
    this.findings.push({ code: refused.code, offset, path, text: () => refused });
  }

  #checkBounds(offset: number): void {
    const { stack } = this.#parser;
    const isSecond = this.#documentsOver > 0 && stack[0]?.type === 'document';
    const stop = isSecond
      ? severalDocuments(offset)
      : (boundFinding(stack, offset) ?? (this.#isChaos() ? chaos(offset) : undefined));
    if (stop === undefined) return;
    this.findings.push(stop);
    this.stopped = true;
  }

  /** Each fault of syntax costs `yaml` an Error with its stack: a megabyte of them takes seconds. */
  #isChaos(): boolean {
    const { faults, valueParts: values, signParts: signs } = manifestBounds;
    const isRun = this.#valueRun > values || this.#signRun > signs;
    return isRun || this.#errors > faults || this.findings.length > faults;
  }
}

function severalDocuments(offset: number): Finding {
  const problem = 'a second document starts here';
  const fix = 'write one document a file: remove the "---" or "..." before this';
  return { code: 'documents_several', offset, path: [], text: () => ({ problem, fix }) };
}

function chaos(offset: number): Finding {
  const problem = 'this is not YAML: too much is wrong up to here to read on';
  const fix = 'correct what is before this, or name another file';
  return { code: 'syntax', offset, path: [], text: () => ({ problem, fix }) };
}
