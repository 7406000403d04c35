import { ok, type Result } from '@creance/proto';
import { limits } from '../domain/limits.js';
import {
  createTokenKey,
  type KeyFault,
  type KeyIdentity,
  loadTokenKeys,
  type TokenKeyFile,
} from './key-files.js';
import type { Signer } from './signing-key.js';

/** The token keys of a broker: one signs, the next one is published ahead, the last one fades out. */
export interface TokenRing {
  /** The key that signs at this time; never one outside its life. */
  signerAt(nowSeconds: number): Signer;
  /** Every key whose tokens may still be accepted. */
  keys(): readonly TokenKeyFile[];
  /**
   * Makes the keys that must exist at this time and gives the new ones. They must be published before
   * they sign: the next key is made one whole overlap ahead.
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
  return {
    signerAt(nowSeconds) {
      const key = signing(nowSeconds);
      if (key === undefined) throw new Error('no token key is in its time');
      return key.signer;
    },
    keys: () => keys,
    advance(nowSeconds) {
      const fresh: TokenKeyFile[] = [];
      for (let at = keys.length - 1; at >= 0; at -= 1) {
        if ((keys[at] as TokenKeyFile).retireAt <= nowSeconds) keys.splice(at, 1);
      }
      const current = signing(nowSeconds);
      if (current === undefined) fresh.push(create(nowSeconds));
      const newest = keys.at(-1) as TokenKeyFile;
      if (newest.signsFrom <= nowSeconds) fresh.push(create(newest.signsFrom + period));
      return fresh;
    },
  };
}
