import type { FaultCode } from './fault.js';

/** The message of a check is the code of its fault; coded-words.ts has the words. */
export function coded(code: FaultCode): { error: string } {
  return { error: code };
}

/** Sizes are checked whatever else is wrong, so that all faults come together. */
export function always(code: FaultCode): { error: string; when: () => boolean } {
  return { error: code, when: () => true };
}

/** Entries of a map, whatever it turns out to be. */
export function countOf(map: unknown): number {
  return typeof map === 'object' && map !== null ? Object.keys(map).length : 0;
}
