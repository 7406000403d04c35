/**
 * Settles as `work` does, or rejects with the signal's reason when that comes first. The listener goes
 * away with the outcome, so that a signal that lives for hours holds nothing of calls that are over.
 */
export function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const settled = () => signal.removeEventListener('abort', stop);
    void work.then(resolve, reject).finally(settled);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
