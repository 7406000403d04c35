import { type LimitName, limits } from '../domain/limits.js';

/** Bounds that only a transport knows. */
const transportLimits = {
  /** Calls to RegistryService in flight that may send more than `messageBytes`. */
  largeMessages: 16,
  /** Megabytes that node:http2 may hold for one connection. */
  connectionMegabytes: 16,
  /** Subscriptions of one session: a line that broke unnoticed and those that came after it. */
  subscriptionsPerSession: 4,
  /** Messages of a stream that may wait for their session to read them. */
  streamMessagesWaiting: 256,
  /** Watches of the health. */
  healthWatches: 1_000,
  /** Requests of one reflection stream. */
  reflectionRequests: 100,
} as const;

/** Every bound that the edge holds, by name. */
export type EdgeLimits = {
  readonly [Name in LimitName | keyof typeof transportLimits]: number;
};

/** The broker's bounds, and those that are set otherwise for a purpose, such as a test of the bound. */
export function edgeLimits(others: Partial<EdgeLimits> = {}): EdgeLimits {
  return { ...limits, ...transportLimits, ...others };
}
