/** Something that nobody may ever see on the wire. */
export const canary = 'canary-7f3a91c2e5d04b68';

class Own extends Error {
  readonly token = canary;
  override readonly name: string = canary;
  toJSON(): object {
    return { canary };
  }
}

/** Dresses what is thrown as a library's error would be: with codes and texts that grpc-js would send. */
function dressed<Fault extends object>(fault: Fault, at: number): Fault {
  const codes = [undefined, 0, 3, 5, 7, 13, 14, 16, 99, -1, '13', canary, Number.NaN];
  const code = codes[at % codes.length];
  return Object.assign(fault, {
    ...(code !== undefined && { code }),
    ...(at % 2 === 0 && { details: canary }),
    ...(at % 3 === 0 && {
      metadata: { canary, getMap: () => ({ canary }), toJSON: () => ({ canary }) },
    }),
    ...(at % 5 === 0 && { statusCode: 200, status: canary }),
  });
}

const shapes: readonly ((at: number) => unknown)[] = [
  (at) => dressed(new Error(canary), at),
  (at) => dressed(new TypeError(canary, { cause: new Error(canary) }), at),
  (at) => dressed(new Own(canary), at),
  (at) => dressed(new AggregateError([new Error(canary)], canary), at),
  (at) => dressed({ message: canary, stack: canary }, at),
  (at) => dressed(Object.create(null) as object, at),
  (at) => dressed([canary], at),
  (at) => dressed(() => canary, at),
  (at) => dressed(new Map([[canary, canary]]), at),
  () => canary,
  () => 7,
  () => null,
  () => undefined,
  () => false,
  () => 2n ** 64n,
  () => Symbol(canary),
  () => new Proxy({}, { get: () => fails(), has: () => fails(), getPrototypeOf: () => fails() }),
  (at) => dressed({ toString: fails }, at),
  (at) => Object.defineProperty(dressed(new Error('x'), at), 'message', { get: fails }),
  (at) => Object.defineProperty(dressed(new Error('x'), at), 'stack', { get: fails }),
  (at) => dressed(new Error('x'.repeat(5_000_000) + canary), at),
  (at) => dressed(new Error(`${canary}\r\ngrpc-status: 0\r\n\u0000\u2028`), at),
];

function fails(): never {
  throw new Error(canary);
}

/** Something to throw, of so many kinds as are asked for. */
export function thrownAt(at: number): unknown {
  return (shapes[at % shapes.length] as (nth: number) => unknown)(Math.floor(at / shapes.length));
}
