import type { Meters } from './meters.js';

/** Counts nothing: where nobody has installed a meter provider no call makes anything for one. */
export const noMeters: Meters = {
  isMetered: false,
  request() {},
  limitHit() {},
  logRow() {},
  subscriberLetGo() {},
  tokenIssued() {},
  tokenRefused() {},
  acknowledged() {},
  acknowledgedByAll() {},
  committed() {},
  signal() {},
  observationsDropped() {},
  theftAnswered() {},
  watchBoundHit() {},
  watchDecided() {},
  cut() {},
  historyLost() {},
};
