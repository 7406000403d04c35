import { LineCounter } from 'yaml';
import { manifestBounds } from './bounds.js';
import type { Finding } from './finding.js';

/**
 * What no manifest needs and what lies to its reader or to the parser: controls (the parser's own
 * marks are among them), marks that reorder or hide text, lone surrogates, private and special
 * characters, line ends of other systems. Tab, LF, CR before LF and the two joiners of scripts stay.
 */
const refused =
  /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\ufff0-\uffff]|\r(?!\n)/gu;

const byteOrderMark = '\ufeff';

/** Where the lines of a text start, up to one more than are read; CRLF and LF both end one. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
    if (lines.lineStarts.length > manifestBounds.lines) break;
  }
  return lines;
}

/** Whether the text as a whole is too much, before anything reads it. */
export function sizeFinding(text: string, lines: LineCounter): Finding | undefined {
  const place = { offset: 0, path: [] };
  const { bytes, lines: most } = manifestBounds;
  if (text.length > bytes || Buffer.byteLength(text) > bytes) {
    const problem = `the file is larger than ${bytes} bytes`;
    const fix = 'keep what belongs to different brokers in different files';
    return { ...place, code: 'file_too_large', text: () => ({ problem, fix }) };
  }
  if (lines.lineStarts.length <= most) return undefined;
  const problem = `the file has more than ${most} lines`;
  const fix = 'write short entries on one line and remove empty lines';
  return { ...place, code: 'lines_too_many', text: () => ({ problem, fix }) };
}

/** Every character that is refused wherever it stands, also in comments. */
export function characterFindings(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { 0: found, index: offset } of text.matchAll(refused)) {
    if (offset === 0 && found === byteOrderMark) findings.push(byteOrderMarkFinding);
    else findings.push(characterFinding(found, offset));
    // One more than is shown, so that it is said that there are more.
    if (findings.length > manifestBounds.faults) break;
  }
  return findings;
}

const byteOrderMarkFinding: Finding = {
  code: 'byte_order_mark',
  offset: 0,
  path: [],
  text: () => ({
    problem: 'the file starts with a byte order mark',
    fix: 'save it as UTF-8 without a byte order mark',
  }),
};

function characterFinding(found: string, offset: number): Finding {
  const point = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return {
    code: 'character_refused',
    offset,
    path: [],
    text: () => ({
      problem: `the character U+${point} is not allowed here, nor in a comment`,
      fix: 'remove it; it may be invisible in an editor',
    }),
  };
}
