import { checkAssertion } from '../../broker/src/attest/assertions.js';
import { standIssuer, WitnessStand } from '../../broker/src/detect/doubles/witness-stand.js';
import { JudgeStand } from '../../broker/src/doubles/judge-stand.js';
import { seededEntropy } from '../../broker/src/doubles/seeded-entropy.js';
import { openGenuineTokens } from '../../broker/src/tokens/genuine-token.js';
import { openCutTokens } from '../../broker/src/tokens/genuine-token-cuts.js';
import { openNonces } from '../../broker/src/tokens/nonces.js';
import type { Signer } from '../../broker/src/tokens/signing-key.js';
import { Mint } from './mint.js';
import { MintKey } from './mint-key.js';
import type { jwsKinds } from './signed-kinds.js';

/** Where a JWS is let in: what is good there, but for the `typ`, and whether a text is taken. */
export interface JwsDoor {
  /** The one kind that it is for. */
  readonly kind: keyof typeof jwsKinds;
  /** Header members beside `alg` and `typ`. */
  readonly members: () => object;
  /** Claims that are good here and now; single use included, so anew for each text. */
  readonly claims: () => object;
  /** Signs as the key that is believed here. */
  readonly sign: (header: object, claims: object) => string;
  readonly takes: (text: string) => Promise<boolean>;
}

const signedBy = (key: MintKey) => (header: object, claims: object) =>
  key.jws(JSON.stringify(header), JSON.stringify(claims));

/** A signer of the broker's doubles as a door wants it. */
const signedBySigner =
  ({ sign }: Signer) =>
  (header: object, claims: object) => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode(header)}.${encode(claims)}`;
    return `${input}.${Buffer.from(sign(Buffer.from(input))).toString('base64url')}`;
  };

function doorsOfVerifier(mint: Mint): Record<string, JwsDoor> {
  const { holder, anchor, tokenKey, feedKey } = mint;
  const token = mint.token();
  return {
    'a token at a verifier': {
      kind: 'token',
      members: () => ({ kid: tokenKey.thumbprint }),
      claims: () => mint.claims(),
      sign: signedBy(tokenKey),
      takes: async (text) => (await mint.sendToken(text)) === 'ok',
    },
    'a proof at a verifier': {
      kind: 'proof',
      members: () => ({ jwk: holder.jwk }),
      claims: () => mint.proofClaims(token),
      sign: signedBy(holder),
      takes: async (dpop) => (await mint.send({ authorization: `DPoP ${token}`, dpop })) === 'ok',
    },
    'a feed key statement at a verifier': {
      kind: 'feed key statement',
      members: () => ({ jwk: anchor.jwk }),
      claims: () => {
        const times = { iat: mint.nowSeconds, exp: mint.nowSeconds + 60 };
        return { iss: mint.issuer, ...times, cnf: { jwk: feedKey.jwk } };
      },
      sign: signedBy(anchor),
      takes: async (feedKeyStatement) => {
        const nonce = new Uint8Array(16).fill(3);
        const opened = await mint.feed.open({ ...mint.opening(nonce), feedKeyStatement }, nonce);
        await mint.catchUp();
        return opened.ok;
      },
    },
  };
}

function doorsOfBroker(): Record<string, JwsDoor> {
  const stand = new JudgeStand();
  const witness = new WitnessStand();
  const evidence = new MintKey();
  const sessionKey = new MintKey().thumbprint;
  const { clock, replays } = stand;
  const nonces = openNonces(seededEntropy());
  const parts = { issuer: standIssuer, clock, nonces, replays };
  const { tokenKey: signer, store } = witness;
  const ring = { keys: () => [{ signer, signsFrom: 0, retireAt: 4_000_000_000 }] };
  const cuts = openCutTokens(store);
  const genuine = openGenuineTokens({ issuer: standIssuer, ring, store, cuts });
  const payloadOf = (jws: string) =>
    JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
  return {
    'a proof at the broker': {
      kind: 'proof',
      members: () => ({ jwk: stand.signer.jwk }),
      claims: () => payloadOf(stand.proof()),
      sign: signedBySigner(stand.signer),
      takes: async (text) => stand.outcomeOf(text) === 'proven',
    },
    'an assertion at the broker': {
      kind: 'assertion',
      members: () => ({ jwk: evidence.jwk }),
      claims: () => {
        const times = { iat: clock.seconds, exp: clock.seconds + 60, jti: 'once' };
        const nonce = nonces.current(clock.monotonicMillis());
        return { aud: standIssuer, ...times, nonce, cnf: { jkt: sessionKey } };
      },
      sign: signedBy(evidence),
      takes: async (text) => {
        const presented = { sessionKey, now: clock.now(), address: '127.0.0.1' };
        return checkAssertion(text, presented, parts).ok;
      },
    },
    'a token that a resource hands to the broker': {
      kind: 'token',
      members: () => ({ kid: signer.keyId }),
      claims: () => payloadOf(witness.token()),
      sign: signedBySigner(signer),
      takes: async (text) => genuine(text, 'https://crm.example.internal', witness.clock.now()).ok,
    },
  };
}

/** Every door that a JWS may come in by. */
export async function jwsDoors(): Promise<Readonly<Record<string, JwsDoor>>> {
  return { ...doorsOfVerifier(await Mint.open()), ...doorsOfBroker() };
}
