import type { Reason } from '@creance/proto';

/** Milliseconds to wait before writing again when the store is busy: doubled each time. */
const pauseMillis = 50;
const tries = 6;

/** Asks a store that is busy again: what is to be answered is seen once, and nobody repeats it. */
export async function persistently<T extends { readonly ok: boolean; readonly error?: Reason }>(
  wait: (millis: number) => Promise<void>,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    const done = await attempt();
    if (done.ok || done.error !== 'store_busy' || tried >= tries) return done;
    await wait(pauseMillis * 2 ** (tried - 1));
  }
}
