import { ok, type Result } from '@creance/proto';
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
  /** The key that signs at this time; never one outside its life. */
  signerAt(nowSeconds: number): Signer | undefined;
  /** Every key whose tokens may still be accepted. */
  keys(): readonly TokenKeyFile[];
  /**
   * Makes the keys that must exist at this time and gives the new ones; removes those that have retired.
   * Keys must be published before they sign: the next one is made one whole period ahead.
   */
  advance(nowSeconds: number): readonly TokenKeyFile[];
}

/** Opens the ring from its files; makes the first two keys on the first start. */
export function openTokenRing(
  folder: string,
  identity: KeyIdentity,
  nowSeconds: number,
): Result<TokenRing, KeyFault> {
  const loaded = loadTokenKeys(folder, identity, nowSeconds);
  if (!loaded.ok) return loaded;
  const ring = ringOf(folder, identity, loaded.value);
  ring.advance(nowSeconds);
  return ok(ring);
}

function ringOf(folder: string, identity: KeyIdentity, keys: TokenKeyFile[]): TokenRing {
  const period = limits.tokenKeySeconds;
  const overlap = limits.tokenKeyOverlapSeconds;
  const create = (signsFrom: number): TokenKeyFile => {
    const key = createTokenKey(folder, identity, {
      signsFrom,
      retireAt: signsFrom + period + overlap,
    });
    keys.push(key);
    return key;
  };
  const signing = (nowSeconds: number) =>
    keys.filter((key) => key.signsFrom <= nowSeconds && nowSeconds < key.signsFrom + period).at(-1);
  /** Until when one key after another is in its time. Keys from a clock that ran ahead do not count. */
  const coveredUntil = (nowSeconds: number): number => {
    let until = nowSeconds;
    for (let key = signing(until); key !== undefined; key = signing(until)) {
      until = key.signsFrom + period;
    }
    return until;
  };
  return {
    signerAt: (nowSeconds) => signing(nowSeconds)?.signer,
    keys: () => keys,
    advance(nowSeconds) {
      const fresh: TokenKeyFile[] = [];
      for (let at = keys.length - 1; at >= 0; at -= 1) {
        const key = keys[at] as TokenKeyFile;
        if (key.retireAt > nowSeconds) continue;
        keys.splice(at, 1);
        removeTokenKey(folder, key);
      }
      let until = coveredUntil(nowSeconds);
      while (until <= nowSeconds + period) {
        fresh.push(create(until));
        until = coveredUntil(until);
      }
      return fresh;
    },
  };
}
