import type { Session } from '@creance/sdk';

/**
 * Runs the work of an agent; when the session ends meanwhile, this rejects at once with the session's typed
 * error, whatever the framework makes of an abort. Give `session.signal` to the work, so that it stops too.
 *
 * A resource may hear of a cut before the agent does. `session.fetch` asks the broker before it gives such a
 * fault out, so that no fault of a cut is here before the end of its session.
 */
export async function whileLive<T>({ signal }: Session, work: () => PromiseLike<T>): Promise<T> {
  signal.throwIfAborted();
  let end = (): void => {};
  const over = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    signal.addEventListener('abort', end, { once: true });
  });
  // When the work throws before the race, nobody else hears it.
  over.catch(() => {});
  try {
    return await Promise.race([work(), over]);
  } catch (fault) {
    throw signal.aborted ? signal.reason : fault;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
