/** Milliseconds of the machine's monotonic clock: the same moment for every process of the machine. */
export function monotonicMillis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
