import { expect } from 'vitest';
import { longOr } from './long.js';
import { mutated } from './mutations.js';
import { seededNumbers } from './seeded.js';

/** Milliseconds of the processor that one input may take: a busy machine is slow, but works no more. */
const hangMillis = 50;

/** An input that took longer is tried so often again: what was compiled or collected is so once. */
const triesOfSlow = 3;

/** Draws a number below a bound. */
export type Next = (below: number) => number;

/** One thing that reads what strangers send. */
export interface Surface<Input> {
  readonly seed: number;
  /** Inputs of the quick set; the long one has twenty times as many. */
  readonly quick: number;
  /** Makes an input, usually a good one made bad. */
  readonly make: (next: Next) => Input;
  /** Reads it. Gives a word for what came of it; whatever is thrown is a crash. */
  readonly read: (input: Input) => string | Promise<string>;
  /** Words that may come of it. */
  readonly verdicts: readonly string[];
  /** Words that must have come of it, or the inputs do not reach what they are for. */
  readonly mustMeet: readonly string[];
}

const millisOf = async (work: () => unknown): Promise<number> => {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
};

/**
 * Reads many inputs, the same ones for the same seed: no crash, none that takes longer than 50 ms of the
 * processor each time, every verdict one of the list. Gives how often each came.
 */
export async function fuzz<Input>(surface: Surface<Input>): Promise<ReadonlyMap<string, number>> {
  const { seed, quick, make, read, verdicts, mustMeet } = surface;
  const next = seededNumbers(seed);
  const met = new Map<string, number>();
  const allowed = new Set(verdicts);
  for (let turn = 0; turn < longOr(quick * 20, quick); turn += 1) {
    const input = make(next);
    let verdict = 'none';
    const millis = await millisOf(async () => {
      verdict = await read(input);
    });
    if (!allowed.has(verdict)) throw new Error(`turn ${turn} of seed ${seed}: ${verdict}`);
    if (millis > hangMillis) await expectQuick(() => read(input), `turn ${turn} of seed ${seed}`);
    met.set(verdict, (met.get(verdict) ?? 0) + 1);
  }
  expect(mustMeet.filter((verdict) => !met.has(verdict))).toEqual([]);
  return met;
}

async function expectQuick(work: () => unknown, name: string): Promise<void> {
  const tries: number[] = [];
  for (let at = 0; at < triesOfSlow; at += 1) tries.push(await millisOf(work));
  expect(Math.min(...tries), name).toBeLessThan(hangMillis);
}

/** Pieces of text that readers of JSON, YAML and headers have stumbled over. */
const pieces: readonly string[] = [
  ...['"', '\\', '{', '}', '[', ']', ':', ',', '.', '..', '=', '-', '_', '+', '/', '*', '&', '#'],
  ...['null', 'true', '-0', '1e3', '1e999', '1E-9', '0x10', '9007199254740993', '.5', 'NaN'],
  ...['__proto__', 'constructor', 'toString', '"__proto__":{"a":1},', '\\u0000', '\\ud800'],
  ...[
    '\0',
    '\n',
    '\r\n',
    '\t',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u202e',
    '\u0130',
    '\ud800',
  ],
  ...['!!js/function ', '? ', '- ', '<<: ', '%YAML 9.9\n', '---\n', '"\\x1b[2J"', '{{', '🦅', 'ﬀ'],
];

/** A good text made bad: by bytes, or by pieces of text put in, doubled, cut or swapped. */
export function mutatedText(good: string, next: Next): string {
  if (next(3) === 0) return mutated(Buffer.from(good), next).toString();
  let text = good;
  for (let round = 0; round < 1 + next(3); round += 1) {
    const at = next(text.length + 1);
    const to = Math.min(text.length, at + next(12));
    const piece = pieces[next(pieces.length)] as string;
    const ways = [
      () => text.slice(0, at) + piece + text.slice(at),
      () => text.slice(0, at) + piece + text.slice(to),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + text.slice(at),
      () => text.slice(0, at) + text.slice(at).toUpperCase(),
      () => text.slice(0, at) + piece.repeat(1 + next(200)) + text.slice(at),
    ];
    text = (ways[next(ways.length)] as () => string)();
  }
  return text;
}
