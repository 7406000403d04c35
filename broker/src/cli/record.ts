import { ReadHistoryRequest, ReadHistoryResponse } from '@creance/proto/wire';
import { parseEvent } from '../detect/replay/parse-recorded.js';
import { RecordedFault } from '../detect/replay/recorded.js';
import type { Instant } from '../domain/instant.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { WholeOutput } from './backtest-output.js';
import { count } from './confirm.js';
import { call } from './operator-call.js';
import {
  CommandFailed,
  type Format,
  instantText,
  type Output,
  print,
  printable,
} from './output.js';

/** What of the history is wanted, and where it goes. */
export interface RecordFlags {
  readonly output: string;
  readonly workload?: string;
  readonly since: Instant;
  readonly o: Format;
}

/** Sessions that are counted; a file of more has at least so many. */
const sessionsCounted = 1_000_000;

/** For the eyes of its owner alone: it tells what everybody did. */
const mode = 0o600;

/**
 * Writes what the broker has kept of the actions of live sessions to a file that `creance backtest` reads.
 * The file is there whole or not at all; where nothing was kept there is none.
 */
export async function record(
  line: OperatorLine,
  flags: RecordFlags,
  output: Output,
): Promise<void> {
  const file = await WholeOutput.open(flags.output, mode);
  const recorded = new Recorded();
  try {
    for await (const page of pagesOf(line, flags)) {
      recorded.take(page);
      await file.text(page.lines.toString('utf8'));
    }
    if (recorded.lines === 0)
      throw new CommandFailed('nothing is kept of that — fix: name an earlier --since', 1);
    await file.keep();
  } catch (error) {
    await file.drop();
    throw error instanceof RecordedFault ? new CommandFailed(printable(error.message)) : error;
  }
  recorded.print(flags, output);
}

async function* pagesOf(
  line: OperatorLine,
  { workload = '', since }: RecordFlags,
): AsyncGenerator<ReadHistoryResponse> {
  const sinceUnixMicros = BigInt(since);
  let pageToken = '';
  do {
    const request = ReadHistoryRequest.encode({ workload, sinceUnixMicros, pageToken }).finish();
    const reply = await call(line, '/creance.v1.OperatorService/ReadHistory', request);
    const page = ReadHistoryResponse.decode(reply);
    yield page;
    if (page.nextPageToken === pageToken && pageToken !== '')
      throw new CommandFailed('the broker gives the same page again and again');
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

/** What was recorded, in figures. */
class Recorded {
  lines = 0;
  #isGapped = false;
  #firstMillis = Number.POSITIVE_INFINITY;
  #lastMillis = 0;
  readonly #sessions = new Set<string>();

  /** Counts a page. Throws a RecordedFault for a line that a backtest would not read. */
  take({ lines, isGapped }: ReadHistoryResponse): void {
    this.#isGapped ||= isGapped;
    for (const text of lines.toString('utf8').split('\n').slice(0, -1)) {
      this.lines += 1;
      const { session, t_ms: millis } = parseEvent(`line ${this.lines} of the broker`, text);
      if (this.#sessions.size < sessionsCounted) this.#sessions.add(session);
      this.#firstMillis = Math.min(this.#firstMillis, millis ?? this.#firstMillis);
      this.#lastMillis = Math.max(this.#lastMillis, millis ?? 0);
    }
  }

  print({ output: file, o }: RecordFlags, output: Output): void {
    const { lines } = this;
    const sessions = this.#sessions.size;
    const [from, to] = [this.#firstMillis, this.#lastMillis].map(timeText);
    const isGapped = this.#isGapped;
    const words = `${count(lines, 'line')} of ${count(sessions, 'session')} from ${from} to ${to} written to ${printable(file)}`;
    print({ output: file, lines, sessions, from, to, isGapped }, () => words, o, output);
    if (isGapped)
      output.words(
        'lines fell out of the history while it was read, so that some are missing — fix: record again, or start the broker with more --history-megabytes',
      );
  }
}

function timeText(millis: number): string {
  return instantText(BigInt(Math.floor(millis * 1_000)));
}
