import { type Expectation, nothingExpected } from './tree-expect.js';
import { type ModelSession, pathOf, second, type TreeModel } from './tree-model.js';
import { type IssuedInWorld, worldAudience } from './world-verifier.js';

/** A token that was issued, and for whom. */
export interface ModelToken {
  readonly session: ModelSession;
  readonly issued: IssuedInWorld;
}

/** Seconds that a verifier's clock may be behind the broker's. */
const leewaySeconds = 5;

/**
 * What a verifier with a young view says of a token. A token dies with anybody of its path, with every
 * handle that was cut after it was issued, with its key, and with its time.
 */
export function expectUse(
  model: TreeModel,
  { session, issued }: ModelToken,
  now: number,
): Expectation {
  const expected = nothingExpected();
  const { must, may } = expected;
  const { claims, keyId } = issued;
  if (claims.audience !== worldAudience) must.add('token_wrong_audience');
  if (model.cutKeys.has(keyId)) for (const one of keyReasons) must.add(one);
  const isCut = (handle: string) => {
    const cut = model.cuts.get(handle);
    return cut !== undefined && (cut.absolute || cut.revision > claims.revision);
  };
  for (const each of pathOf(session)) {
    if ([`session:${each.name}`, ...each.handles].some(isCut)) must.add('token_cut');
    // Law 2 says more than the log: whoever has ended has no token that is good.
    if (each.end !== undefined) {
      for (const one of ['token_cut', 'token_cut_before'])
        (each.endKillsTokens ? must : may).add(one);
    }
  }
  if (claims.revision < model.before) must.add('token_cut_before');
  const nowSeconds = now / second;
  if (nowSeconds >= claims.expiresAt) must.add('token_expired');
  if (claims.issuedAt > nowSeconds + leewaySeconds) must.add('token_from_future');
  return expected;
}

const keyReasons = ['token_key_cut', 'token_key_unknown'];
