import type { Meters } from '../telemetry/meters.js';

/** For tests: meters that count nothing. */
export const quietMeters: Meters = {
  request() {},
  limitHit() {},
  logRow() {},
  subscriberLetGo() {},
  signal() {},
  observationsDropped() {},
  theftAnswered() {},
  watchBoundHit() {},
  watchDecided() {},
  cut() {},
  delivery() {},
  historyLost() {},
};
