/** Which members ask: from this one up to, and without, that one, in the order in which they joined. */
interface Some {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly millis: number;
}

/** So many tokens a second are asked for, whatever became of those before. */
export interface OpenAsk extends Some {
  readonly kind: 'open';
  readonly perSecond: number;
}

/** So many are asked for at once, each after an answer. */
export interface ClosedAsk extends Some {
  readonly kind: 'closed';
  readonly atOnce: number;
}

/** Members join, each with a connection and a session of its own. */
interface JoinAsk {
  readonly kind: 'join';
  readonly id: number;
  readonly address: string;
  readonly joins: readonly string[];
}

/** What a process of load is told to do. */
export type LoadAsk = OpenAsk | ClosedAsk | JoinAsk;

/** What came of asking for tokens. */
export interface Issued {
  sent: number;
  /** Due and not sent, since too many had no answer. */
  unsent: number;
  ok: number;
  /** Of these, how many were answered before the time was over. */
  inTime: number;
  /** How many were refused, by reason. */
  refused: Record<string, number>;
  /** Refusals that said when to come again. */
  hinted: number;
  /** Milliseconds of each that was answered. */
  millis: number[];
  seconds: number;
}

/** What came of it in several processes at the same time. */
export function summed(all: readonly Issued[]): Issued {
  const sum = (of: (issued: Issued) => number) =>
    all.reduce((total, issued) => total + of(issued), 0);
  const refused: Record<string, number> = {};
  for (const [reason, count] of all.flatMap((issued) => Object.entries(issued.refused)))
    refused[reason] = (refused[reason] ?? 0) + count;
  return {
    sent: sum((issued) => issued.sent),
    unsent: sum((issued) => issued.unsent),
    ok: sum((issued) => issued.ok),
    inTime: sum((issued) => issued.inTime),
    refused,
    hinted: sum((issued) => issued.hinted),
    millis: all.flatMap((issued) => issued.millis),
    seconds: Math.max(...all.map((issued) => issued.seconds)),
  };
}
