import { writeFileSync } from 'node:fs';
import type { OperatorLine } from '../rpc/operator-client.js';
import { explainPage } from './explain-page/page.js';
import { explainText } from './explain-text.js';
import { explainedTree } from './explained.js';
import { CommandFailed, type Format, type Output } from './output.js';

/** The session to explain, and in what form. */
export interface ExplainFlags {
  readonly id: string;
  readonly o: Format;
  /** Where the page is written; nothing else is printed to the results then. */
  readonly html?: string;
}

/** Says what the watch knows of a session and its tree: as text, as JSON, or as a page of its own. */
export async function explain(
  line: OperatorLine,
  { id, o, html: file }: ExplainFlags,
  output: Output,
): Promise<void> {
  const tree = await explainedTree(line, id);
  if (file !== undefined) {
    writePage(file, explainPage(tree));
    output.words(`written to ${file}`);
  } else if (o === 'json') output.result(JSON.stringify(tree));
  else output.result(explainText(tree));
}

/** For the eyes of its owner alone: it tells what the watch looks at. */
function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (fault) {
    const { code = 'unknown' } = fault as NodeJS.ErrnoException;
    throw new CommandFailed(`the page cannot be written to ${file}: ${code}`, 1);
  }
}
