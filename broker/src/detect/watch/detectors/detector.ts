import type { WatchRule } from '../../../domain/registry.js';
import type { Sight } from '../sight.js';
import type { EvidenceKind } from '../state-layout.js';

/** One way of looking at an action: pure, with its evidence in words and numbers. */
export interface Detector {
  /** The rule whose mode decides what its evidence may do. */
  readonly rule: WatchRule;
  /** Where its evidence counts. */
  readonly kind: EvidenceKind;
  /** Whether evidence adds up, is as much as the most that was seen, or is what it is now. */
  readonly how: 'adds' | 'raises' | 'sets';
  /** The evidence of this action: zero is none. */
  evidence(sight: Sight): number;
  /** The same in one sentence, for owner and operator. */
  words(sight: Sight): string;
}

/** A number with one decimal. */
export function one(value: number): string {
  return value.toFixed(1);
}

/** Between two bounds. */
export function clip(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** The name of an action as people write it: `crm.contacts.export`. */
export function dotted(name: string): string {
  return name.replace(' ', '.');
}
