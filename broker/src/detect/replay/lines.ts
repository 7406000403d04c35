import { RecordedFault } from './recorded.js';

/** Characters of one line: far more than an event has, so that a file of one endless line is no flood. */
const lineCharsMax = 262_144;

/** One line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a text that comes in parts, empty ones left out. `name` is the file's, for faults. */
export async function* linesOf(name: string, parts: AsyncIterable<string>): AsyncGenerator<Line> {
  let number = 1;
  let open = '';
  for await (const part of parts) {
    const lines = part.split('\n');
    lines[0] = open + (lines[0] ?? '');
    open = lines.pop() ?? '';
    for (const text of lines) {
      yield* lineOf(name, number, text);
      number += 1;
    }
    // Not after the whole file: memory must not grow with it.
    bounded(name, number, open);
  }
  yield* lineOf(name, number, open);
}

function* lineOf(name: string, number: number, text: string): Generator<Line> {
  bounded(name, number, text);
  if (text.trim() !== '') yield { number, text };
}

function bounded(name: string, number: number, { length }: string): void {
  if (length > lineCharsMax)
    throw new RecordedFault(`${name}:${number}: longer than ${lineCharsMax} characters`);
}
