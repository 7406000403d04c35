import {
  type BrokerEvent,
  EventKind,
  WatchEventsRequest,
  WatchEventsResponse,
} from '@creance/proto/wire';
import { eventKinds, type EventKind as KindName } from '../domain/event.js';
import type { ListeningLine } from '../rpc/operator-client.js';
import { sessionBytes } from './cut-target.js';
import { eventLine, eventValue } from './event-line.js';
import { type KeptSince, keptWords } from './kept-words.js';
import { failureOf, refusalOf } from './operator-call.js';
import { CommandFailed, type Format, type Output, print } from './output.js';

/** Which events to print, and how. */
export interface EventsFlags {
  readonly watch: boolean;
  readonly after?: number;
  readonly workload?: string;
  readonly owner?: string;
  readonly session?: string;
  readonly kind: readonly KindName[];
  readonly o: Format;
}

/** Milliseconds between two tries to reach a broker that is away. */
const pauseMillis = 1_000;
const pauseMillisMax = 10_000;

/** Ends that a watch goes on after: a restart, a line that was renewed, a reader that was too slow. */
const goesOnAfter = new Set(['shutting_down', 'events_too_slow']);

/**
 * Prints what is kept of the latest events and, with `watch`, what comes, until it is interrupted. Over a
 * restart of the broker it goes on where it was: what was missed is said. `open` makes a line, and is asked
 * anew where one is of no use any more.
 */
export async function events(
  open: () => Promise<ListeningLine>,
  flags: EventsFlags,
  output: Output,
): Promise<void> {
  let after = BigInt(flags.after ?? 0);
  let line = await open();
  // A stream of a session does not keep the process alive.
  const alive = setInterval(() => {}, 60_000);
  const interrupted = interruption();
  let waitMillis = pauseMillis;
  let isEmpty = true;
  let kept: KeptSince | undefined;
  try {
    while (true) {
      const onEvent = (event: BrokerEvent) => {
        waitMillis = pauseMillis;
        isEmpty = false;
        after = event.number;
        printEvent(event, flags.o, output);
      };
      const onKept = (since: KeptSince) => {
        kept ??= since;
      };
      const on = { onEvent, onKept };
      const end = await heard(line, requestOf(flags, after), on, interrupted.signal);
      if (!flags.watch && end === undefined) output.words(keptWords(kept, isEmpty));
      if (interrupted.signal.aborted || (!flags.watch && end === undefined)) return;
      const reason = end && refusalOf(end);
      if (!flags.watch || (reason !== undefined && !goesOnAfter.has(reason)))
        throw end === undefined ? new CommandFailed('the stream ended') : failureOf(end);
      output.words(goingOnWords(end, waitMillis));
      await pause(waitMillis, interrupted.signal);
      if (interrupted.signal.aborted) return;
      waitMillis = Math.min(2 * waitMillis, pauseMillisMax);
      line = await reopened(line, open, reason);
    }
  } finally {
    clearInterval(alive);
    interrupted.done();
    await line.close();
  }
}

/** An event a line, or a document of YAML each. */
function printEvent(event: BrokerEvent, format: Format, output: Output): void {
  if (format === 'yaml') output.result('---');
  print(eventValue(event), () => eventLine(event), format, output);
}

function requestOf({ watch, workload, owner, session, kind }: EventsFlags, after: bigint) {
  return WatchEventsRequest.encode({
    after,
    follow: watch,
    workload: workload ?? '',
    owner: owner ?? '',
    sessionId: session === undefined ? Buffer.alloc(0) : Buffer.from(sessionBytes(session)),
    kinds: kind.map((name) => wireKinds[name]),
  }).finish();
}

const wireKinds = Object.fromEntries(
  eventKinds.map((kind) => [
    kind,
    EventKind[`EVENT_KIND_${kind.toUpperCase()}` as keyof typeof EventKind],
  ]),
) as Readonly<Record<KindName, EventKind>>;

/** Resolves with why the stream ended; undefined for an end in order or an interruption. */
function heard(
  line: ListeningLine,
  request: Uint8Array,
  on: {
    readonly onEvent: (event: BrokerEvent) => void;
    readonly onKept: (since: KeptSince) => void;
  },
  signal: AbortSignal,
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const listening = line.listen('/creance.v1.OperatorService/WatchEvents', request, {
      onMessage(bytes) {
        const message = WatchEventsResponse.decode(bytes);
        if (message.event !== undefined) on.onEvent(message.event);
        else on.onKept(message);
      },
      onEnd: resolve,
    });
    const stop = () => {
      listening.close();
      resolve(undefined);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function goingOnWords(end: Error | undefined, waitMillis: number): string {
  const reason = end && refusalOf(end);
  const why =
    reason === 'events_too_slow'
      ? 'the events came faster than they were read'
      : 'the broker has ended the line or cannot be reached';
  return `${why}: trying again in ${waitMillis / 1_000} s, and going on after the last event`;
}

/** The same line serves over and over, unless it cannot even begin. */
async function reopened(
  line: ListeningLine,
  open: () => Promise<ListeningLine>,
  reason: string | undefined,
): Promise<ListeningLine> {
  if (reason !== undefined) return line;
  try {
    const fresh = await open();
    await line.close();
    return fresh;
  } catch {
    // It is away still: the line that there is says so once more.
    return line;
  }
}

/** The first SIGINT or SIGTERM ends the watch in order. */
function interruption(): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  return {
    signal: controller.signal,
    done() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
    },
  };
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, millis);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
