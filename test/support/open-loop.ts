/** Times of calls that began at a fixed rate, whatever became of those before: a wait is not hidden. */
export interface LoopTimes {
  readonly sent: number;
  readonly failed: number;
  /** Milliseconds from when a call was due to its answer. */
  readonly medianMillis: number;
  readonly p99Millis: number;
}

/** A running open loop. */
export interface OpenLoop {
  /** Stops it, waits for what is under way, and gives its times since the last look. */
  stop(): Promise<LoopTimes>;
}

/** Calls at a fixed rate until it is stopped. */
export function openLoop(perSecond: number, call: () => Promise<unknown>): OpenLoop {
  const startedAt = performance.now();
  const millis: number[] = [];
  const underWay = new Set<Promise<void>>();
  let [sent, failed] = [0, 0];
  const tick = setInterval(() => {
    for (;;) {
      const dueAt = startedAt + (sent * 1_000) / perSecond;
      if (dueAt > performance.now()) return;
      sent += 1;
      const one = call()
        .then(
          () => void millis.push(performance.now() - dueAt),
          () => {
            failed += 1;
          },
        )
        .finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }, 5);
  return {
    async stop() {
      clearInterval(tick);
      await Promise.all(underWay);
      millis.sort((one, other) => one - other);
      const at = (share: number) => millis[Math.floor((millis.length - 1) * share)] ?? Number.NaN;
      return { sent, failed, medianMillis: at(0.5), p99Millis: at(0.99) };
    },
  };
}
