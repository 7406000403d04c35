/** Those who want to hear of something. */
export class Listeners<T> {
  readonly #all = new Set<(news: T) => void>();

  /** Calls back with each piece of news; gives the way to stop. */
  add(listener: (news: T) => void): () => void {
    const own = (news: T) => listener(news);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  /** Tells everybody. */
  tell(news: T): void {
    for (const listener of [...this.#all]) {
      try {
        listener(news);
      } catch (fault) {
        // A listener's fault is nobody else's: the others hear the news, and the process hears of it.
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }
}
