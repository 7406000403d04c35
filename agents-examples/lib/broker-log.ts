import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One line of the broker's log (pino's JSON). */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** What the broker writes down while it runs. */
export interface BrokerLog {
  /** The first line, written already or still to come, that `is` wants; rejects when none comes in time. */
  line(what: string, is: (line: LogLine) => boolean): Promise<LogLine>;
  /** The last line before another one that `is` wants. */
  before(line: LogLine, is: (line: LogLine) => boolean): LogLine | undefined;
}

const waitMillisMax = 15_000;
const errorLevel = 50;

/** Reads a broker's log. Faults, and what is no line of the log, go on to our own errors. */
export function readBrokerLog(stream: Readable): BrokerLog {
  const lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  createInterface({ input: stream }).on('line', (text) => {
    const line = parseLine(text);
    if (line === undefined || Number(line['level']) >= errorLevel) console.error(text);
    if (line === undefined) return;
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  return {
    before: (line, is) => lines.slice(0, lines.indexOf(line)).findLast(is),
    line(what, is) {
      const known = lines.find(is);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          listeners.delete(listener);
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`the broker did not write down ${what} in time`));
        }, waitMillisMax);
        const listener = (line: LogLine) => {
          if (!is(line)) return;
          done();
          resolve(line);
        };
        listeners.add(listener);
      });
    },
  };
}

function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

/** A theft that the broker has proved, and what it did about it. */
export interface TheftAnswer {
  readonly fact: string;
  readonly outcome: string;
  readonly revision: number;
  /** Live sessions that were ended, or are held. */
  readonly sessionsEnded: number;
  /** When its row of the log was committed, by the monotonic clock of the machine. */
  readonly committedAtMillis: number;
}

/** What the broker did about the first theft of one session's token or key that is of this kind. */
export async function theftAnswer(
  log: BrokerLog,
  fact: 'foreign_key' | 'cloned_key',
  sessionId: string,
): Promise<TheftAnswer> {
  const answer = await log.line(
    `an answer to the theft (${fact})`,
    (line) =>
      line.msg === 'theft answered' && line['fact'] === fact && line['ofSession'] === sessionId,
  );
  const revision = Number(answer['revision']);
  const commit = await log.line(
    'the commit of it',
    (line) => line.msg === 'log grew' && Number(line['revision']) >= revision,
  );
  return {
    fact,
    outcome: String(answer['outcome']),
    revision,
    sessionsEnded: Number(answer['sessionsEnded']),
    committedAtMillis: Number(commit['monotonicMillis']),
  };
}

/** A session that the watch holds, and since when. */
export interface WatchAnswer {
  readonly done: 'suspend' | 'suspendTree';
  readonly risk: number;
  readonly revision: number;
  /** When its row of the log was committed, by the monotonic clock of the machine. */
  readonly committedAtMillis: number;
}

/** The first hold of a session by the watch: written down once its row is durable. */
export async function watchAnswer(log: BrokerLog, sessionId: string): Promise<WatchAnswer> {
  const decided = await log.line(
    'a hold by the watch',
    (line) =>
      line.msg === 'watch decided' &&
      line['session'] === sessionId &&
      (line['done'] === 'suspend' || line['done'] === 'suspendTree'),
  );
  const commit = log.before(decided, (line) => line.msg === 'log grew');
  return {
    done: decided['done'] as WatchAnswer['done'],
    risk: Number(decided['risk']),
    revision: Number(commit?.['revision']),
    committedAtMillis: Number(commit?.['monotonicMillis']),
  };
}
