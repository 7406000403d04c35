import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, checksum } from './bytes.js';

describe('bytes', () => {
  it('are read as they were written', () => {
    const out = new ByteWriter(Buffer.alloc(1_000));
    out.half(65_535);
    out.word(4_294_967_295);
    out.float(Number.NaN);
    out.double(-1.5);
    out.text('Zoë \u{1f426}');
    out.list(['a', 'b'], 100, (one) => out.text(one));
    const reader = new ByteReader(out.bytes());
    expect([reader.half(), reader.word(), reader.float(), reader.double(), reader.text()]).toEqual([
      65_535,
      4_294_967_295,
      Number.NaN,
      -1.5,
      'Zoë \u{1f426}',
    ]);
    expect([reader.list(2, () => reader.text()), reader.isDone]).toEqual([['a', 'b'], true]);
  });

  // breaks when: a Buffer's slice, which is no copy, is given out
  it('are read from a buffer that is reused afterwards', () => {
    const buffer = Buffer.from([1, 2, 3, 4]);
    const raw = new ByteReader(buffer.subarray(1)).raw(2);
    buffer.fill(0);
    expect([...raw]).toEqual([2, 3]);
  });

  it('of a list end where its room ends', () => {
    const out = new ByteWriter(Buffer.alloc(1_000));
    out.list(Array(50).fill('four'), 20, (one) => out.text(one));
    const reader = new ByteReader(out.bytes());
    expect([reader.list(50, () => reader.text()).length, reader.isDone, out.size]).toEqual([
      3,
      true,
      20,
    ]);
  });

  it('that are too few, or no text, are a fault', () => {
    expect(() => new ByteReader(Uint8Array.of(1)).half()).toThrow(RangeError);
    expect(() => new ByteReader(Uint8Array.of(9, 0, 1)).text()).toThrow(RangeError);
    expect(() => new ByteReader(Uint8Array.of(1, 0, 0xff)).text()).toThrow(TypeError);
    const reader = new ByteReader(Uint8Array.of(3, 0, 0, 0));
    expect(() => reader.list(2, () => reader.half())).toThrow(RangeError);
  });

  it('have another checksum when one of them is another', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, at) => at);
    const sums = Array.from({ length: 100 }, (_, at) => checksum(bytes.with(at, 200)));
    expect(new Set([checksum(bytes), ...sums]).size).toBe(101);
  });
});
