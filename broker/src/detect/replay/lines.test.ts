import { describe, expect, it } from 'vitest';
import { type Line, linesOf } from './lines.js';
import { RecordedFault } from './recorded.js';

async function* parts(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function allOf(lines: AsyncIterable<Line>): Promise<readonly Line[]> {
  const all: Line[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe('linesOf', () => {
  it('joins lines across parts, counts empty ones and leaves them out', async () => {
    const lines = await allOf(linesOf('f', parts('a\nb', 'c\n', '\n', '\r\nd')));
    expect(lines).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: 'bc' },
      { number: 5, text: 'd' },
    ]);
  });

  // breaks when: a line is bounded only once its end has come
  it('refuses a line without an end long before the end of the file', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<string> {
      yield 'a\n';
      for (;;) {
        given += 1;
        yield 'x'.repeat(65_536);
      }
    }
    await expect(allOf(linesOf('f', endless()))).rejects.toThrow(/^f:2: longer than/);
    await expect(allOf(linesOf('f', endless()))).rejects.toBeInstanceOf(RecordedFault);
    expect(given).toBeLessThan(20);
  });
});
