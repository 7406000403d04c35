import { type Meters, noMeters } from '../telemetry/meters.js';

/** For tests: meters that count nothing. */
export const quietMeters: Meters = noMeters;
