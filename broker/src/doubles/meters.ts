import type { Meters } from '../telemetry/meters.js';
import { noMeters } from '../telemetry/no-meters.js';

/** For tests: meters that count nothing. */
export const quietMeters: Meters = noMeters;
