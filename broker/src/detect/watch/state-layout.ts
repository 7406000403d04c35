import { levels } from '../../domain/risk.js';

/** Bytes of one session's live state. */
export const stateBytes = 256;

/** A place of the state, as an index among the numbers of its width: one kind is not taken for another. */
export type Place<Kind extends string> = number & { readonly place: Kind };

/** Places of instants, as indices of 8-byte numbers. */
export const doubles: PlacesOf<'double', 'last' | 'turn' | 'levelAt'> = places({
  last: 0,
  turn: 1,
  levelAt: 2,
});

/** Index of the first evidence among the 4-byte numbers: one place a kind. */
export const floatsFrom = 8;

/** Kinds of evidence, each with a place of its own and a half-life. */
export const evidenceKinds = [
  'pace',
  'chain',
  'breadth',
  'novelty',
  'destination',
  'declared',
  'fanout',
  'denials',
  'origin',
  'upstream',
  'facts',
] as const;

/** A kind of evidence. */
export type EvidenceKind = (typeof evidenceKinds)[number];

/** Index of each kind. */
export const kindIndex: Readonly<Record<EvidenceKind, number>> = Object.fromEntries(
  evidenceKinds.map((kind, at) => [kind, at]),
) as Record<EvidenceKind, number>;

/** Places as indices of 4-byte fractions. */
export const floats: PlacesOf<
  'float',
  'weakLead' | 'habitSum' | 'refusals' | 'chainPeak' | 'riskPeak' | 'turnPace' | 'bucket'
> = places({
  weakLead: 7,
  habitSum: 19,
  refusals: 20,
  chainPeak: 21,
  riskPeak: 22,
  turnPace: 27,
  bucket: 31,
});

/** Places as indices of whole 4-byte numbers. */
export const words: PlacesOf<'word', 'fanHalf' | 'count' | 'network' | 'client' | 'network2'> =
  places({ fanHalf: 6, count: 23, network: 24, client: 25, network2: 26 });

/** Places as indices of 2-byte numbers. */
export const halves: PlacesOf<
  'half',
  'before' | 'earlier' | 'system' | 'turnWidth' | 'habitCount'
> = places({
  before: 56,
  earlier: 57,
  system: 58,
  turnWidth: 59,
  habitCount: 61,
});

/** Places as bytes: level and flags, then three small sets. */
export const bytes: PlacesOf<'byte', 'level' | 'flags'> = places({ level: 120, flags: 121 });

/** A small set of the state: a bitmap. */
export interface SmallSet {
  readonly name: string;
  /** Its first byte, and how many. */
  readonly from: number;
  readonly size: number;
}

/** The small sets. */
export const sets: Readonly<
  Record<'steps' | 'names' | 'denied' | 'fanYoung' | 'fanOld', SmallSet>
> = {
  steps: { name: 'steps', from: 128, size: 56 },
  names: { name: 'names', from: 184, size: 24 },
  denied: { name: 'denied', from: 208, size: 16 },
  fanYoung: { name: 'fanYoung', from: 224, size: 16 },
  fanOld: { name: 'fanOld', from: 240, size: 16 },
};

/** Places of one kind, by name. */
export type PlacesOf<Kind extends string, Name extends string> = Readonly<
  Record<Name, Place<Kind>>
>;

function places<Kind extends string, Name extends string>(
  indices: Record<Name, number>,
): PlacesOf<Kind, Name> {
  return indices as PlacesOf<Kind, Name>;
}

/** Whether bytes are a state that a session can have: no number of it is none, no evidence below zero. */
export function isSoundState(state: Uint8Array): boolean {
  const { buffer } = Uint8Array.from(state);
  const times = new Float64Array(buffer, 0, Object.keys(doubles).length);
  if (!times.every((one) => one >= 0 && Number.isFinite(one))) return false;
  const numbers = new Float32Array(buffer);
  const evidence = numbers.subarray(floatsFrom, floatsFrom + evidenceKinds.length);
  if (!evidence.every((one) => one >= 0 && Number.isFinite(one))) return false;
  if (!Object.values(floats).every((at) => Number.isFinite(numbers[at]))) return false;
  return (state[bytes.level] as number) < levels.length;
}
