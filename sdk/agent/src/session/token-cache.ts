import { isAway } from '../broker/retry.js';
import { limits } from '../limits.js';
import type { Clock } from '../runtime/clock.js';
import { between, type Entropy } from '../runtime/entropy.js';
import { countToken } from '../telemetry/metrics.js';
import type { Issued, IssuedToken } from './token.js';
import { type IssueManner, keyOfAsk, type TokenAsk } from './token-ask.js';

/** What the cache needs. */
export interface TokenCacheParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly issue: (ask: TokenAsk, manner: IssueManner) => Promise<Issued>;
  /** A refresh failed and the old token stays in use. */
  readonly onKept: (ask: TokenAsk, error: unknown) => void;
}

interface Flight {
  readonly manner: IssueManner;
  readonly token: Promise<IssuedToken>;
}

/** All moments are on the monotonic clock. */
interface Entry {
  token: IssuedToken | undefined;
  refreshAtMillis: number;
  endAtMillis: number;
  /** No refresh before this, after one has failed. */
  holdUntilMillis: number;
  flight: Flight | undefined;
}

/** Share of a token's life after which it is replaced, and how far each one strays from it. */
const refreshShare = 0.8;
const refreshJitter = 0.1;

/**
 * The tokens of one session. A token is used until about a fifth of its life is left; then the next
 * caller waits for another one, and one call serves all who ask meanwhile. When the broker is away the
 * old token is used to its end. Keeps 256 tokens and forgets the one unused for longest.
 */
export class TokenCache {
  readonly #parts: TokenCacheParts;
  readonly #entries = new Map<string, Entry>();

  constructor(parts: TokenCacheParts) {
    this.#parts = parts;
  }

  /** A token that lives. Throws what the issue call throws. */
  async get(ask: TokenAsk): Promise<IssuedToken> {
    const entry = this.#entry(keyOfAsk(ask));
    const now = this.#parts.clock.monotonicMillis();
    if (entry.token === undefined || now >= entry.endAtMillis) return this.#patient(ask, entry);
    const settled = now < entry.refreshAtMillis || now < entry.holdUntilMillis;
    if (!settled) return this.#replace(ask, entry);
    countToken('memory', 'ok');
    return entry.token;
  }

  /** Another token than the one that a resource refused. */
  renew(ask: TokenAsk, refused: IssuedToken): Promise<IssuedToken> {
    const entry = this.#entry(keyOfAsk(ask));
    if (entry.token === refused) entry.token = undefined;
    return this.get(ask);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
  }

  async #replace(ask: TokenAsk, entry: Entry): Promise<IssuedToken> {
    try {
      return await this.#fly(ask, entry, 'brief');
    } catch (error) {
      if (!isAway(error)) {
        // The broker has decided: what it no longer grants is not used up first.
        entry.token = undefined;
        throw error;
      }
      const now = this.#parts.clock.monotonicMillis();
      if (entry.token === undefined || now >= entry.endAtMillis) return this.#patient(ask, entry);
      if (now >= entry.holdUntilMillis) this.#hold(ask, entry, error);
      return entry.token;
    }
  }

  #hold(ask: TokenAsk, entry: Entry, error: unknown): void {
    const { clock, entropy, onKept } = this.#parts;
    const pause = limits.refreshPauseMillis * between(entropy, 0.5, 1.5);
    entry.holdUntilMillis = clock.monotonicMillis() + pause;
    onKept(ask, error);
  }

  /** A brief call that is under way is tried first; when it fails, there is no token to keep. */
  async #patient(ask: TokenAsk, entry: Entry): Promise<IssuedToken> {
    if (entry.flight?.manner === 'brief') {
      try {
        return await entry.flight.token;
      } catch (error) {
        if (!isAway(error)) throw error;
      }
    }
    return this.#fly(ask, entry, 'patient');
  }

  /** The call that is under way, or a new one. */
  #fly(ask: TokenAsk, entry: Entry, manner: IssueManner): Promise<IssuedToken> {
    if (entry.flight !== undefined) return entry.flight.token;
    const token = this.#parts
      .issue(ask, manner)
      .then((issued) => this.#keep(entry, issued))
      .finally(() => {
        entry.flight = undefined;
      });
    entry.flight = { manner, token };
    return token;
  }

  #keep(entry: Entry, issued: Issued): IssuedToken {
    const lifeMillis = issued.lifetimeSeconds * 1_000;
    const jitter = between(this.#parts.entropy, -refreshJitter, refreshJitter);
    entry.token = issued.token;
    entry.refreshAtMillis = issued.sentAtMillis + lifeMillis * (refreshShare + jitter);
    entry.endAtMillis = issued.sentAtMillis + lifeMillis;
    entry.holdUntilMillis = 0;
    return issued.token;
  }

  #entry(key: string): Entry {
    const found = this.#entries.get(key);
    const entry = found ?? emptyEntry();
    // Moves it to the end: a Map keeps the order of insertion, so the first is unused for longest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= limits.tokensCached) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }
}

function emptyEntry(): Entry {
  return {
    token: undefined,
    refreshAtMillis: 0,
    endAtMillis: 0,
    holdUntilMillis: 0,
    flight: undefined,
  };
}
