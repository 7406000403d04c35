import { levels } from '../../domain/risk.js';

/** Bytes of one session's live state. */
export const stateBytes = 256;

/** Places in the state, as indices of 8-byte numbers. */
export const doubles = { last: 0, turn: 1, levelAt: 2 } as const;

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
export const floats = {
  weakLead: 7,
  habitSum: 19,
  refusals: 20,
  chainPeak: 21,
  riskPeak: 22,
  turnPace: 27,
  bucket: 31,
} as const;

/** Places as indices of whole 4-byte numbers. */
export const words = { fanHalf: 6, count: 23, network: 24, client: 25, network2: 26 } as const;

/** Places as indices of 2-byte numbers. */
export const halves = {
  before: 56,
  earlier: 57,
  system: 58,
  turnWidth: 59,
  habitCount: 61,
} as const;

/** Places as bytes: level and flags, then three small sets. */
export const bytes = { level: 120, flags: 121 } as const;
/** First byte and size of each small set. */
export const sets = {
  steps: [128, 56],
  names: [184, 24],
  denied: [208, 16],
  fanYoung: [224, 16],
  fanOld: [240, 16],
} as const;

/** A small set of the state. */
export type SetName = keyof typeof sets;

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
