import { describe, expect, it } from 'vitest';
import { DoubleOutput } from './double-line.js';
import { CommandFailed, type Output } from './output.js';
import { type Look, watching } from './watching.js';

const flags = { data: '/nowhere', o: 'table', watch: true } as const;

/** Opens lines, and counts those that were opened and closed. */
function lines() {
  const counted = { opened: 0, closed: 0 };
  const open = async () => {
    counted.opened += 1;
    const close = () => {
      counted.closed += 1;
    };
    return { call: async () => new Uint8Array(), close };
  };
  return { open, counted };
}
const { open } = lines();

/** Goes on so many times, and notes how long it was to wait. */
function times(count: number) {
  const waits: number[] = [];
  const pause = async (millis: number) => {
    waits.push(millis);
    return waits.length < count;
  };
  return { pause, waits };
}

class Terminal extends DoubleOutput implements Output {
  readonly isTerminal = true;
  cleared = 0;
  readonly clear = (): void => {
    this.cleared += 1;
  };
}

const says: Look = async (_line, o, output) => {
  output.result(`as ${o}`);
  output.words('beside it');
};

describe('watching', () => {
  it('looks once without --watch, and waits for nothing', async () => {
    const [output, { pause, waits }] = [new DoubleOutput(), times(9)];
    await watching({ ...flags, watch: false }, output, says, { pause, open });
    expect([output.results, output.said, waits]).toEqual([['as table'], ['beside it'], []]);
  });

  // breaks when: a pipe gets the table, or the words of a look
  it('gives JSON to a pipe, whatever form was asked for, and no escape', async () => {
    const [output, { pause, waits }] = [new DoubleOutput(), times(3)];
    await watching({ ...flags, o: 'yaml' }, output, says, { pause, open });
    expect(output.results).toEqual(['as json', 'as json', 'as json']);
    expect(output.said).toEqual([]);
    expect(waits).toEqual([2_000, 2_000, 2_000]);
  });

  it('draws a terminal anew, the whole view at once', async () => {
    const [output, { pause }] = [new Terminal(), times(2)];
    await watching(flags, output, says, { pause, open });
    expect(output.cleared).toBe(2);
    expect(output.results).toHaveLength(2);
    expect(output.results[0]).toMatch(/^every 2 s; Ctrl-C ends; .*\n\nas table\nbeside it$/);
  });

  it('says once that the broker is away, and once that it is back', async () => {
    let look = 0;
    const away: Look = async (_line, _o, output) => {
      look += 1;
      if (look === 2 || look === 3)
        throw new CommandFailed('the broker cannot be reached', 1, { isUnreachable: true });
      output.result(String(look));
    };
    const [output, { pause }, own] = [new DoubleOutput(), times(5), lines()];
    await watching(flags, output, away, { pause, open: own.open });
    // breaks when: a line is opened for each look, which is a session and audit records for an operator
    expect(own.counted).toEqual({ opened: 3, closed: 3 });
    expect(output.results).toEqual(['1', '4', '5']);
    expect(output.said).toEqual([
      'the broker cannot be reached — asking again every 2 s; Ctrl-C ends',
      'the broker answers again',
    ]);
  });

  // breaks when: every fault is taken for a broker that is away
  it.each([
    ['a refusal', new CommandFailed('no', 1, { reason: 'operator_role_missing' })],
    ['a fault of ours', new TypeError('no')],
  ])('ends at %s', async (_name, fault) => {
    const refused: Look = async () => {
      throw fault;
    };
    const [output, { pause, waits }] = [new DoubleOutput(), times(5)];
    await expect(watching(flags, output, refused, { pause, open })).rejects.toBe(fault);
    expect(waits).toEqual([]);
  });
});
