import { CreanceError, type Session } from '@creance/sdk';

/** Milliseconds for which a fault waits for the news that the session is over. */
export const lateNewsMillis = 250;

/**
 * Runs the work of an agent; when the session ends meanwhile, this rejects at once with the session's typed
 * error, whatever the framework makes of an abort. Give `session.signal` to the work, so that it stops too.
 *
 * A resource may hear of a cut before the agent does, and end the call: a fault that no SDK of ours has
 * thrown is given back only when no such news came within `lateNewsMillis`.
 */
export async function whileLive<T>({ signal }: Session, work: () => PromiseLike<T>): Promise<T> {
  signal.throwIfAborted();
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
    signal.addEventListener('abort', end, { once: true });
  });
  const over = ended.then((): never => {
    throw signal.reason;
  });
  // When the work throws before the race, nobody else hears it.
  over.catch(() => {});
  try {
    return await Promise.race([work(), over]);
  } catch (fault) {
    if (!(fault instanceof CreanceError)) await Promise.race([ended, after(lateNewsMillis)]);
    throw signal.aborted ? signal.reason : fault;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function after(millis: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, millis));
}
