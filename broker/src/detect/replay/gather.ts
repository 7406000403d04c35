import { hashText } from '../watch/hash.js';
import { type RecordedEvent, RecordedFault } from './recorded.js';

/** Events that are held at a time while their sessions are still open, and so of one session. */
const eventsHeldMax = 1_000_000;

/** How much may be held; a test has less. */
export interface GatherBounds {
  readonly eventsHeld: number;
}

/**
 * Puts the events of a log together by session, in bounded memory. Sessions may overlap; when too much is
 * held, the one that has been quiet for longest is taken to be over, and must not go on.
 */
export class Gather {
  readonly #most: number;
  readonly #open = new Map<string, RecordedEvent[]>();
  readonly #over = new Set<number>();
  #held = 0;
  #last = '';

  constructor(bounds: GatherBounds = { eventsHeld: eventsHeldMax }) {
    this.#most = bounds.eventsHeld;
  }

  /** Takes an event; gives the events of sessions that are over. `where` names it in faults. */
  add(where: string, event: RecordedEvent): readonly (readonly RecordedEvent[])[] {
    const key = `${event.dataset}\n${event.session}`;
    const group = this.#groupOf(where, key);
    group.push(event);
    this.#held += 1;
    if (group.length > this.#most)
      throw new RecordedFault(`${where}: session: more than ${this.#most} events`);
    const over: RecordedEvent[][] = [];
    while (this.#held > this.#most) over.push(this.#quietest());
    return over;
  }

  /** All sessions that are still open. */
  end(): readonly (readonly RecordedEvent[])[] {
    return [...this.#open.values()];
  }

  #groupOf(where: string, key: string): RecordedEvent[] {
    const found = this.#open.get(key);
    if (found !== undefined && key === this.#last) return found;
    if (found === undefined && this.#over.has(markOf(key)))
      throw new RecordedFault(
        `${where}: session: goes on after ${this.#most} events of others: sort the file by session`,
      );
    this.#last = key;
    const group = found ?? [];
    this.#open.delete(key);
    this.#open.set(key, group);
    return group;
  }

  #quietest(): RecordedEvent[] {
    const [[key, group]] = this.#open as unknown as [[string, RecordedEvent[]]];
    this.#open.delete(key);
    this.#over.add(markOf(key));
    this.#held -= group.length;
    return group;
  }
}

/** 53 bits of a name: enough to know a session again, and no more memory than that. */
function markOf(key: string): number {
  return (hashText(key) & 0x1f_ffff) * 0x1_0000_0000 + hashText(`${key}\n`);
}
