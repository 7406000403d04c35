import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, importJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { longMillis, longOr } from '../support/long.js';
import { Mint } from '../support/mint.js';
import type { MintKey } from '../support/mint-key.js';
import { oddProof, oddToken } from '../support/odd-jws.js';
import { seededNumbers } from '../support/seeded.js';

/**
 * Why we refuse what jose takes. Everything else is the same verdict, and jose never refuses what we take.
 */
const stricter: Readonly<Record<string, string>> = {
  authorization_malformed: 'a header knows no white space or comma inside a token',
  token_not_canonical: 'one value has one text (RFC 4648 §3.5)',
  token_malformed: 'a kid, a 64-byte signature and one JSON object in UTF-8 are demanded',
  token_header_not_allowed: 'header members are an allow-list (RFC 8725 §3.10)',
  token_wrong_type: 'typ is compared letter by letter',
  token_claims_malformed: 'every claim of RFC 9068 and ours is demanded, well formed',
  token_key_unknown: 'the token says which key, and jose was given it',
  token_from_future: 'iat is checked without being asked to',
  token_lifetime_too_long: 'no token of ours lives longer than 900 s',
  insufficient_scope: 'the action needs a scope',
  proof_duplicated: 'a header knows no comma inside a proof',
  proof_not_canonical: 'as for a token',
  proof_malformed: 'as for a token, and every claim has a bound',
  proof_header_not_allowed: 'as for a token',
  proof_wrong_type: 'as for a token',
  proof_replayed: 'a proof is good once, and jose remembers none',
  proof_wrong_target: 'a proof names the URL without what reads as another path',
};

const taken = () => true;
const refused = () => false;
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

async function joseTakesToken(mint: Mint, key: CryptoKey, token: string) {
  const options = {
    algorithms: ['ES256'],
    typ: 'at+jwt',
    issuer: mint.issuer,
    audience: mint.audience,
    currentDate: new Date(mint.wallMillis),
    requiredClaims: ['exp'],
  };
  return jwtVerify(token, key, options).then(taken, refused);
}

/** The target as RFC 9449 §4.3 compares it. */
const bare = (url: string) => {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
};

/** The checks of RFC 9449 §4.3 put together from what jose has. */
async function joseTakesProof(mint: Mint, token: string, proof: string): Promise<boolean> {
  const currentDate = new Date(mint.wallMillis);
  const options = { algorithms: ['ES256'], typ: 'dpop+jwt', currentDate };
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options);
    const { jti, htm, htu, iat, ath } = payload as Record<string, unknown>;
    const now = mint.nowSeconds;
    const isInTime = typeof iat === 'number' && iat > now - 60 && iat <= now + 5;
    const jkt = await calculateJwkThumbprint(protectedHeader.jwk ?? {});
    const isForThis = htm === 'GET' && bare(String(htu)) === bare(`${mint.audience}/contacts`);
    const isItsOwn = ath === sha256(token) && jkt === mint.holder.thumbprint;
    return typeof jti === 'string' && isInTime && isForThis && isItsOwn;
  } catch {
    return false;
  }
}

/** What headers can carry: the rest reaches no verifier. */
const isSendable = (text: string) => /^[\x20-\x7e]*$/.test(text) && text === text.trim();

interface Counts {
  tried: number;
  bothTake: number;
  bothRefuse: number;
  weAreStricter: number;
  readonly reasons: Set<string>;
}

/** Compares the verdicts on so many odd texts. Throws at the first that we take and jose does not. */
async function compare(
  count: number,
  make: () => string,
  ours: (text: string) => Promise<string>,
  theirs: (text: string) => Promise<boolean>,
): Promise<Counts> {
  const counts = {
    tried: 0,
    bothTake: 0,
    bothRefuse: 0,
    weAreStricter: 0,
    reasons: new Set<string>(),
  };
  while (counts.tried < count) {
    const text = make();
    if (!isSendable(text)) continue;
    counts.tried += 1;
    const verdict = await ours(text);
    const isTaken = await theirs(text);
    if (verdict === 'ok') {
      expect({ text, isTaken }).toEqual({ text, isTaken: true });
      counts.bothTake += 1;
    } else if (isTaken) {
      expect(Object.keys(stricter), text).toContain(verdict);
      counts.reasons.add(verdict);
      counts.weAreStricter += 1;
    } else counts.bothRefuse += 1;
  }
  const { reasons, ...figures } = counts;
  process.stdout.write(`${JSON.stringify(figures)} ${[...reasons].join(' ')}\n`);
  return counts;
}

const seed = Number(process.env['CREANCE_SEED'] ?? 20_261_125);
const half = longOr(50_000, 2_500);

/** Another mint now and then, whose memory of proofs is empty, with a clock that stands elsewhere. */
async function mints(turnsOfEach: number) {
  let turn = 0;
  let mint = await Mint.open();
  let key = await keyOf(mint.tokenKey);
  return {
    current: () => ({ mint, key }),
    step: async () => {
      turn += 1;
      if (turn % turnsOfEach === 0) [mint, key] = await fresh();
      // Fractions of a second too: claims are whole ones.
      mint.pass([0, 0.25, 0.75][turn % 3] as number);
    },
  };
}

async function fresh(): Promise<[Mint, CryptoKey]> {
  const mint = await Mint.open();
  return [mint, await keyOf(mint.tokenKey)];
}

const keyOf = async ({ jwk }: MintKey) => (await importJWK({ ...jwk }, 'ES256')) as CryptoKey;

describe('the verdict of jose (differential)', { timeout: longMillis }, () => {
  // breaks when: any check of form, signature, type, issuer, audience or time is left out
  it(`is ours on ${half} odd tokens, or we are stricter for a listed reason`, async () => {
    const next = seededNumbers(seed);
    const stage = await mints(20);
    const counts = await compare(
      half,
      () => oddToken(stage.current().mint, next),
      (token) => stage.current().mint.sendToken(token),
      async (token) => {
        const { mint, key } = stage.current();
        const isTaken = await joseTakesToken(mint, key, token);
        await stage.step();
        return isTaken;
      },
    );
    // The generator must reach all three, or the comparison says nothing.
    expect(counts.bothTake).toBeGreaterThan(half / 20);
    expect(counts.bothRefuse).toBeGreaterThan(half / 4);
    expect(counts.weAreStricter).toBeGreaterThan(half / 20);
    expect(counts.reasons.size).toBeGreaterThanOrEqual(6);
  });

  // breaks when: proofFault or genuineProof leaves out a check of RFC 9449 §4.3
  it(`is ours on ${half} odd proofs, or we are stricter for a listed reason`, async () => {
    const next = seededNumbers(seed + 1);
    const stage = await mints(20);
    let token = '';
    const counts = await compare(
      half,
      () => {
        const { mint } = stage.current();
        token = mint.token();
        return oddProof(mint, token, next);
      },
      (proof) => stage.current().mint.send({ authorization: `DPoP ${token}`, dpop: proof }),
      async (proof) => {
        const isTaken = await joseTakesProof(stage.current().mint, token, proof);
        await stage.step();
        return isTaken;
      },
    );
    expect(counts.bothTake).toBeGreaterThan(half / 20);
    expect(counts.bothRefuse).toBeGreaterThan(half / 4);
    expect(counts.weAreStricter).toBeGreaterThan(half / 50);
    expect(counts.reasons.size).toBeGreaterThanOrEqual(3);
  });
});
