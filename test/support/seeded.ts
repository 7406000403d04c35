/** Draws that are the same for the same seed. */
export interface Draws {
  /** From 0 up to 1. */
  fraction(): number;
  /** A whole number from 0 up to, and without, a bound. */
  below(bound: number): number;
  /** One of some, each as likely. */
  one<Value>(of: readonly Value[]): Value;
}

/** Whole numbers of 32 bits by the generator mulberry32: its state is enough for what a test chooses. */
export function seededUints(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Numbers below a bound that are the same for the same seed. */
export function seededNumbers(seed: number): (below: number) => number {
  const next = seededUints(seed);
  return (below) => next() % below;
}

/** Opens draws. */
export function seededDraws(seed: number): Draws {
  const next = seededUints(seed);
  const fraction = () => next() / 2 ** 32;
  const below = (bound: number) => Math.floor(fraction() * bound);
  return { fraction, below, one: (of) => of[below(of.length)] as (typeof of)[number] };
}
