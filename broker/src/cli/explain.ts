import { writeFileSync } from 'node:fs';
import { parseSessionId, type Reason } from '@creance/proto';
import type { OperatorLine } from '../rpc/operator-client.js';
import { reasonNamed, reasonText, shownReason, unknownWord } from './explain-code.js';
import { packageCodeText, saidByPackages } from './explain-package-code.js';
import { explainPage } from './explain-page/page.js';
import { explainText } from './explain-text.js';
import { explainedTree } from './explained.js';
import type { LineFlags } from './operator-line.js';
import { withLine } from './options.js';
import { CommandFailed, type Format, type Output, print, printable } from './output.js';
import { explainedRefusal, explainedRefusalText } from './refusal.js';
import { explainUnwatched } from './unwatched.js';

/** What to explain, and in what form. */
export interface ExplainFlags {
  readonly id: string;
  readonly o: Format;
  /** Where the page is written; nothing else is printed to the results then. */
  readonly html?: string;
}

/** A session id, a request id, or the request id of a message of a stream. */
const idForm = /^[A-Za-z0-9_-]{22}(\.\d{1,19})?$/;

/**
 * Explains whatever is named: a code of the broker, of an agent or of a service, for which no broker is asked; a session; or a request that
 * was refused. Ids of sessions and of requests look alike, so that one is looked for as both, the session first.
 */
export async function explainAny(
  { what, ...flags }: LineFlags & Omit<ExplainFlags, 'id'> & { readonly what: string },
  output: Output,
): Promise<void> {
  const reason = reasonNamed(what);
  if (reason !== undefined) {
    const shown = shownReason(reason);
    return print(shown, () => reasonText(shown), flags.o, output);
  }
  const said = saidByPackages(what);
  if (said.length > 0)
    return print({ said }, () => said.map(packageCodeText).join('\n\n'), flags.o, output);
  if (!idForm.test(what)) throw unknownWord(what);
  await withLine(flags, (line) => explainId(line, { ...flags, id: what }, output));
}

/** Explains a session by the watch, or else a refused request, or else a session by its record. */
export async function explainId(
  line: OperatorLine,
  flags: ExplainFlags,
  output: Output,
): Promise<void> {
  const isSession = parseSessionId(flags.id) !== undefined;
  if (isSession && (await found(() => explain(line, flags, output), sessionUnknown))) return;
  if (flags.html === undefined && (await found(() => refusal(line, flags, output), refusalUnknown)))
    return;
  if (isSession && (await found(() => explainUnwatched(line, flags, output), sessionUnknown)))
    return;
  throw new CommandFailed(
    `${printable(flags.id)} is no session, and no refusal that the broker keeps — fix: a request id in the answer of a service is known to that service: look in its log (verifier event denied), or see creance session show of the session whose request it was; one of a broker's refusal that was let go is in the broker's log`,
  );
}

const sessionUnknown: readonly (Reason | undefined)[] = ['session_not_watched', 'target_unknown'];
const refusalUnknown: readonly (Reason | undefined)[] = ['refusal_unknown'];

/** Whether a look has found something; a refusal that says that there is nothing is no fault. */
async function found(
  look: () => Promise<void>,
  nothing: readonly (Reason | undefined)[],
): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (fault) {
    if (fault instanceof CommandFailed && nothing.includes(fault.reason) && fault.reason)
      return false;
    throw fault;
  }
}

async function refusal(line: OperatorLine, { id, o }: ExplainFlags, output: Output): Promise<void> {
  const shown = await explainedRefusal(line, id);
  print(shown, () => explainedRefusalText(shown), o, output);
}

/** Says what the watch knows of a session and its tree: as text, for programs, or as a page of its own. */
export async function explain(
  line: OperatorLine,
  { id, o, html: file }: ExplainFlags,
  output: Output,
): Promise<void> {
  const tree = await explainedTree(line, id);
  // Others of its tree may be watched, and not the one that was asked for.
  if (!tree.sessions.some(({ session }) => session === id))
    output.words(
      `nothing was seen of ${printable(id)} itself — more: creance session show ${printable(id)}`,
    );
  if (file === undefined) return print(tree, () => explainText(tree), o, output);
  writePage(file, explainPage(tree));
  output.words(`written to ${printable(file)}`);
}

/** For the eyes of its owner alone: it tells what the watch looks at. */
function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (fault) {
    const { code = 'unknown' } = fault as NodeJS.ErrnoException;
    throw new CommandFailed(`the page cannot be written to ${printable(file)}: ${code}`, 1);
  }
}
