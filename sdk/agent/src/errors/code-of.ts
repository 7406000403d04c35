import { CreanceError } from './creance-error.js';

/** The code of an error, for events. */
export function codeOf(error: unknown): string {
  return error instanceof CreanceError ? error.code : 'CREANCE_UNKNOWN';
}
