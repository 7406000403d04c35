/** A good message made bad: bits flipped, bytes cut, doubled, put in, swapped for hostile ones. */
export function mutated(good: Uint8Array, next: (below: number) => number): Buffer {
  let bytes = Buffer.from(good);
  const rounds = 1 + next(4);
  for (let round = 0; round < rounds; round += 1) {
    const at = next(bytes.length + 1);
    switch (next(7)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << next(8));
        break;
      case 1:
        bytes = bytes.subarray(0, at);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(next(at + 1))]);
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.alloc(1 + next(64), next(256)),
          bytes.subarray(at),
        ]);
        break;
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          hostile[next(hostile.length)] as Buffer,
          bytes.subarray(at),
        ]);
        break;
      case 5:
        if (at < bytes.length) bytes[at] = next(256);
        break;
      default:
        bytes = Buffer.concat([hostile[next(hostile.length)] as Buffer, bytes]);
    }
  }
  return Buffer.from(bytes);
}

/** Pieces that decoders have stumbled over. */
const hostile: readonly Buffer[] = [
  Buffer.from([0]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  Buffer.alloc(11, 0xff),
  Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]),
  Buffer.alloc(200, 0x0b),
  Buffer.from([0x0c]),
  Buffer.from([0x0f]),
  Buffer.from([0x0a, 0x02, 0xc3, 0x28]),
  Buffer.from([0x0a, 0x03, 0xed, 0xa0, 0x80]),
  Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80]),
  Buffer.from('__proto__'),
];
