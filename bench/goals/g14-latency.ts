import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, partOf, quantile, quantity, ratio } from '../figure.js';
import { Issuing } from '../issuing.js';
import type { Plan } from '../plan.js';
import { ended, startBroker, startPart } from '../stage.js';
import { StreamEcho } from '../stream-echo.js';

/** Requests that arrive a second, whether the last one was answered or not. */
const perSecond = 1_000;
const tickMillis = 1;

/** Milliseconds from when each request was due to its answer; one that is refused counts as never answered. */
async function openLoop(
  seconds: number,
  ask: (nth: number) => Promise<unknown>,
): Promise<number[]> {
  const count = seconds * perSecond;
  const startedAt = performance.now();
  const dueAt = (nth: number) => startedAt + (nth * 1_000) / perSecond;
  const asked: Promise<number>[] = [];
  while (asked.length < count) {
    while (asked.length < count && dueAt(asked.length) <= performance.now()) {
      const nth = asked.length;
      const never = seconds * 1_000;
      asked.push(
        ask(nth).then(
          () => performance.now() - dueAt(nth),
          () => never,
        ),
      );
    }
    await pause(tickMillis);
  }
  return Promise.all(asked);
}

/**
 * From the moment a token is due to its answer, at a fixed rate of arrivals over the streams of eight sessions;
 * beside echoes of the same sizes over as many streams.
 */
export async function measureLatency({ isQuick, rounds, slots }: Plan): Promise<Figure[]> {
  const seconds = isQuick ? 2 : 4;
  const { child, ready } = await startPart<{ port: number }>('stream-echo-server.js');
  const echo = await StreamEcho.open(ready.port);
  const broker = await startBroker();
  const issuing = await Issuing.open(broker);
  const asks = { echo: echo.ask.bind(echo), ours: issuing.onStream.bind(issuing) };
  const p99: Record<keyof typeof asks, number[]> = { echo: [], ours: [] };
  const p50: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    for (const name of ['echo', 'ours'] as const) {
      const millis = await slots.run(() => openLoop(seconds, asks[name]));
      // The first round is the warm-up.
      if (round < 0) continue;
      p99[name].push(quantile(millis, 0.99));
      if (name === 'ours') p50.push(quantile(millis, 0.5));
    }
  }
  echo.close();
  issuing.close();
  await broker.stop();
  await ended(child);
  const ours = partOf('tokens on streams, p99', 'ms', p99.ours);
  const base = partOf('stream echo, p99', 'ms', p99.echo);
  const middle = partOf('tokens on streams, p50', 'ms', p50);
  return [ratio('G14', ours, base), quantity('G14.millis', ours, { parts: [ours, middle] })];
}
