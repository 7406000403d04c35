import { ok, type Result, type Thumbprint } from '@creance/proto';
import { limits } from '../domain/limits.js';
import {
  createTokenKey,
  type KeyFault,
  type KeyIdentity,
  loadTokenKeys,
  removeTokenKey,
  type TokenKeyFile,
} from './key-files.js';
import type { Signer } from './signing-key.js';

/** The token keys of a broker: one signs, the next one is published ahead, the last one fades out. */
export interface TokenRing {
  /** Seconds for which a key signs. */
  readonly periodSeconds: number;
  /** The key that signs at this time; never one outside its life. */
  signerAt(nowSeconds: number): Signer | undefined;
  /** Every key whose tokens may still be accepted. */
  keys(): readonly TokenKeyFile[];
  /**
   * Makes the keys that must exist at this time and gives the new ones; removes those that have retired.
   * Keys must be published before they sign: the next one is made one whole period ahead.
   */
  advance(nowSeconds: number): readonly TokenKeyFile[];
  /**
   * Prepares the end of a key that is not to be believed any more; undefined when the ring has no such
   * key. Nothing changes before `commit`, which is for once the log has the cuts.
   */
  compromise(keyId: Thumbprint, nowSeconds: number): KeyCompromise | undefined;
  /** Forgets keys that the log has cut, with their files. */
  drop(keyIds: ReadonlySet<Thumbprint>): void;
}

/** What the compromise of a key changes. */
export interface KeyCompromise {
  /** The key that was named, and every one that does not sign yet: who read one file may have read all. */
  readonly cut: readonly Thumbprint[];
  /**
   * The key that signs from now on, and the one after it. On disk already: a crash loses no key. None where the
   * disk has not taken them.
   */
  readonly fresh: readonly TokenKeyFile[];
  /** Signs with the fresh key, and forgets those that are cut. */
  commit(): void;
  /** Takes the fresh keys back: the log has refused. */
  abandon(): void;
}

/** How long token keys live, in seconds. */
export interface TokenKeyLives {
  /** For which one signs. */
  readonly periodSeconds: number;
  /** For which its tokens are accepted after that: at least twice the longest life of a token. */
  readonly overlapSeconds: number;
}

const defaultLives: TokenKeyLives = {
  periodSeconds: limits.tokenKeySeconds,
  overlapSeconds: limits.tokenKeyOverlapSeconds,
};

/** Opens the ring from its files; makes the first two keys on the first start. */
export function openTokenRing(
  folder: string,
  identity: KeyIdentity,
  nowSeconds: number,
  lives: TokenKeyLives = defaultLives,
): Result<TokenRing, KeyFault> {
  const loaded = loadTokenKeys(folder, identity, nowSeconds);
  if (!loaded.ok) return loaded;
  const ring = new FileRing(folder, identity, loaded.value, lives);
  ring.advance(nowSeconds);
  return ok(ring);
}

class FileRing implements TokenRing {
  readonly #folder: string;
  readonly #identity: KeyIdentity;
  readonly #lives: TokenKeyLives;
  /** Oldest first. */
  #keys: TokenKeyFile[];

  constructor(folder: string, identity: KeyIdentity, keys: TokenKeyFile[], lives: TokenKeyLives) {
    this.#folder = folder;
    this.#identity = identity;
    this.#keys = keys;
    this.#lives = lives;
  }

  get periodSeconds(): number {
    return this.#lives.periodSeconds;
  }

  signerAt(nowSeconds: number): Signer | undefined {
    return this.#signing(nowSeconds)?.signer;
  }

  keys(): readonly TokenKeyFile[] {
    return this.#keys;
  }

  advance(nowSeconds: number): readonly TokenKeyFile[] {
    const retired = this.#keys.filter((key) => key.retireAt <= nowSeconds);
    this.drop(new Set(retired.map(({ signer }) => signer.keyId)));
    const fresh: TokenKeyFile[] = [];
    let until = this.#coveredUntil(nowSeconds);
    while (until <= nowSeconds + this.periodSeconds) {
      fresh.push(this.#create(until));
      this.#keys.push(fresh.at(-1) as TokenKeyFile);
      until = this.#coveredUntil(until);
    }
    return fresh;
  }

  compromise(keyId: Thumbprint, nowSeconds: number): KeyCompromise | undefined {
    if (!this.#keys.some(({ signer }) => signer.keyId === keyId)) return undefined;
    const cut = this.#keys
      .filter(({ signer, signsFrom }) => signer.keyId === keyId || signsFrom > nowSeconds)
      .map(({ signer }) => signer.keyId);
    const fresh = this.#tryFresh(nowSeconds);
    return {
      cut,
      fresh,
      commit: () => {
        this.drop(new Set(cut));
        this.#keys = [...this.#keys, ...fresh].sort(
          (one, other) => one.signsFrom - other.signsFrom,
        );
      },
      abandon: () => {
        for (const key of fresh) removeTokenKey(this.#folder, key);
      },
    };
  }

  drop(keyIds: ReadonlySet<Thumbprint>): void {
    const dropped = this.#keys.filter(({ signer }) => keyIds.has(signer.keyId));
    this.#keys = this.#keys.filter((key) => !dropped.includes(key));
    for (const key of dropped) removeTokenKey(this.#folder, key);
  }

  #create(signsFrom: number): TokenKeyFile {
    const { periodSeconds, overlapSeconds } = this.#lives;
    const life = { signsFrom, retireAt: signsFrom + periodSeconds + overlapSeconds };
    return createTokenKey(this.#folder, this.#identity, life);
  }

  /** Both or none: a full disk must not keep a key from being cut. */
  #tryFresh(nowSeconds: number): readonly TokenKeyFile[] {
    const fresh: TokenKeyFile[] = [];
    try {
      for (const from of [nowSeconds, nowSeconds + this.periodSeconds])
        fresh.push(this.#create(from));
      return fresh;
    } catch {
      for (const key of fresh) removeTokenKey(this.#folder, key);
      return [];
    }
  }

  #signing(nowSeconds: number): TokenKeyFile | undefined {
    return this.#keys.findLast(
      (key) => key.signsFrom <= nowSeconds && nowSeconds < key.signsFrom + this.periodSeconds,
    );
  }

  /** Until when one key after another is in its time. Keys from a clock that ran ahead do not count. */
  #coveredUntil(nowSeconds: number): number {
    let until = nowSeconds;
    for (let key = this.#signing(until); key !== undefined; key = this.#signing(until)) {
      until = key.signsFrom + this.periodSeconds;
    }
    return until;
  }
}
