import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type BatchObservableResult, createNoopMeter, metrics } from '@opentelemetry/api';
import { brokerMeter } from './meters.js';
import { brokerMetrics, type MetricWords } from './metric-names.js';

/** How full a bounded queue or memory is. */
export interface QueueFigures {
  readonly name: string;
  readonly depth: number;
  readonly limit: number;
}

/** What is read of the broker whenever a reader collects. Costs next to nothing. */
export interface BrokerFigures {
  readonly sessionsLive: number;
  readonly streamsOpen: number;
  readonly queues: readonly QueueFigures[];
  /** Milliseconds by which the wall clock is off while it is not believed, else 0. */
  readonly clockOffMillis: number;
  /** Seconds for which the certificate is good; undefined without TLS. */
  readonly certificateSeconds: number | undefined;
  /** Milliseconds by resource. */
  readonly feedLag: ReadonlyMap<string, number>;
}

const quantiles = [0.5, 0.99, 1];
const nanosPerMilli = 1_000_000;

/**
 * Lets readers see the broker's figures, and by how much its event loop is late; gives the way to stop.
 * Without a meter provider nothing is measured.
 */
export function observeFigures(read: () => BrokerFigures): () => void {
  const meter = metrics.getMeter(brokerMeter);
  if (meter === createNoopMeter()) return () => {};
  const gauge = ({ name, unit, words: description }: MetricWords) =>
    meter.createObservableGauge(name, { unit, description });
  const sessions = gauge(brokerMetrics.sessionsLive);
  const streams = gauge(brokerMetrics.streams);
  const depth = gauge(brokerMetrics.queueDepth);
  const limit = gauge(brokerMetrics.queueLimit);
  const lag = gauge(brokerMetrics.feedLag);
  const clockOff = gauge(brokerMetrics.clockOff);
  const certificate = gauge(brokerMetrics.certificateRemaining);
  const loop = gauge(brokerMetrics.eventLoopDelay);
  const delay = monitorEventLoopDelay();
  delay.enable();
  const observe = (result: BatchObservableResult) => {
    const { sessionsLive, streamsOpen, queues, feedLag, ...of } = read();
    result.observe(clockOff, of.clockOffMillis);
    if (of.certificateSeconds !== undefined) result.observe(certificate, of.certificateSeconds);
    result.observe(sessions, sessionsLive);
    result.observe(streams, streamsOpen);
    for (const queue of queues) {
      result.observe(depth, queue.depth, { queue: queue.name });
      result.observe(limit, queue.limit, { queue: queue.name });
    }
    for (const [resource, millis] of feedLag) result.observe(lag, millis, { resource });
    for (const quantile of quantiles)
      result.observe(loop, delay.percentile(quantile * 100) / nanosPerMilli, {
        quantile: String(quantile),
      });
    delay.reset();
  };
  const all = [sessions, streams, depth, limit, lag, loop, clockOff, certificate];
  meter.addBatchObservableCallback(observe, all);
  return () => {
    meter.removeBatchObservableCallback(observe, all);
    delay.disable();
  };
}
