import { importJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { Mint } from '../support/mint.js';
import { freshHandle, MintKey } from '../support/mint-key.js';

/**
 * Why we refuse what jose takes. Everything else must be the same verdict, and jose must never refuse
 * what we take.
 */
const stricter: Readonly<Record<string, string>> = {
  authorization_malformed: 'a header knows no white space or comma inside a token',
  token_not_canonical: 'one value has one text (RFC 4648 §3.5)',
  token_malformed: 'a kid, a 64-byte signature and one JSON object are demanded',
  token_header_not_allowed: 'header members are an allow-list (RFC 8725 §3.10)',
  token_wrong_type: 'typ is compared letter by letter',
  token_claims_malformed: 'every claim of RFC 9068 and ours is demanded, well formed',
  token_from_future: 'iat is checked without being asked to',
  token_lifetime_too_long: 'no token of ours lives longer than 900 s',
  insufficient_scope: 'the action needs a scope',
};

/** A small generator with a seed, so that a run can be repeated. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Draw = (below: number) => number;
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ ?';

/** Changes the text of a token: one character, one more, one less, two parts swapped. */
function mutatedText(token: string, draw: Draw): string {
  const at = draw(token.length);
  const character = characters[draw(characters.length)] ?? 'A';
  const parts = token.split('.');
  const ways = [
    () => token.slice(0, at) + character + token.slice(at + 1),
    () => token.slice(0, at) + character + token.slice(at),
    () => token.slice(0, at) + token.slice(at + 1),
    () => [parts[1], parts[0], parts[2]].join('.'),
    () => token.slice(0, -1) + character,
    () => token + character,
    () => token,
  ];
  return (ways[draw(ways.length)] as () => string)();
}

const strange: readonly unknown[] = [undefined, null, '', 0, -1, 1.5, true, [], {}, 'x', 2 ** 60];

/** Signs other claims or another header. */
function mutatedJson(mint: Mint, draw: Draw): string {
  const now = mint.nowSeconds;
  const near = [-61, -60, -59, -6, -1, 0, 1, 4, 5, 6, 59, 60, 61, 900, 901].map((by) => now + by);
  const any = () => strange[draw(strange.length)];
  const time = () => near[draw(near.length)];
  const names = Object.keys(mint.claims());
  const claims: (() => object)[] = [
    () => ({ exp: time() }),
    () => ({ iat: time() }),
    () => ({ iat: time(), exp: time() }),
    () => ({ nbf: now - 1 }),
    () => ({ aud: [mint.audience] }),
    () => ({ aud: `${mint.audience}/` }),
    () => ({ iss: any() }),
    () => ({ sid: freshHandle() }),
    () => ({ scope: ['contacts:read', 'x contacts:read', 'contacts:readall'][draw(3)] }),
    () => ({ [names[draw(names.length)] as string]: any() }),
  ];
  const headers: (() => object)[] = [
    () => ({ alg: ['none', 'HS256', 'ES384', 'es256', any()][draw(5)] }),
    () => ({ typ: ['JWT', 'AT+JWT', 'application/at+jwt', 'dpop+jwt', any()][draw(5)] }),
    () => ({ kid: any() }),
    () => ({ [['jku', 'jwk', 'crit', 'cty', 'x5c'][draw(5)] as string]: any() }),
  ];
  const isHeader = draw(3) === 0;
  const pick = isHeader ? headers : claims;
  const changes = (pick[draw(pick.length)] as () => object)();
  const key = draw(12) === 0 ? new MintKey() : mint.tokenKey;
  const kid = { kid: mint.tokenKey.thumbprint };
  if (isHeader) return mint.token({ key, header: { ...kid, ...changes } });
  return mint.token({ key, header: kid, claims: changes });
}

const tokensTried = 4_000;

describe('the verdict of jose (differential)', () => {
  // breaks when: any check of form, signature, type, issuer, audience or end is left out.
  it(`is ours on ${tokensTried} changed tokens, or we are stricter for a listed reason`, async () => {
    const mint = await Mint.open();
    const key = await importJWK({ ...mint.tokenKey.jwk }, 'ES256');
    const draw = seeded(20_261_124);
    const counts = { bothTake: 0, bothRefuse: 0, weAreStricter: 0 };
    const reasons = new Set<string>();
    const verdictOfJose = (token: string) =>
      jwtVerify(token, key, {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: mint.issuer,
        audience: mint.audience,
        currentDate: new Date(mint.wallMillis),
        requiredClaims: ['exp'],
      }).then(
        () => true,
        () => false,
      );
    for (let at = 0; at < tokensTried; at += 1) {
      const token = draw(2) === 0 ? mutatedText(mint.token(), draw) : mutatedJson(mint, draw);
      const isSendable = /^[\x20-\x7e]*$/.test(token) && token === token.trim();
      if (!isSendable) continue;
      const ours = await mint.sendToken(token);
      const theirs = await verdictOfJose(token);
      if (ours === 'ok') {
        expect({ token, theirs }).toEqual({ token, theirs: true });
        counts.bothTake += 1;
      } else if (theirs) {
        expect(Object.keys(stricter)).toContain(ours);
        reasons.add(ours);
        counts.weAreStricter += 1;
      } else {
        counts.bothRefuse += 1;
      }
    }
    // The generator must reach all three, or the comparison says nothing.
    expect(counts.bothTake).toBeGreaterThan(200);
    expect(counts.bothRefuse).toBeGreaterThan(1_000);
    expect(counts.weAreStricter).toBeGreaterThan(200);
    expect(reasons.size).toBeGreaterThanOrEqual(6);
  });

  it('is the same on what the broker would mint', async () => {
    const mint = await Mint.open();
    const key = await importJWK({ ...mint.tokenKey.jwk }, 'ES256');
    const token = mint.token();
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      currentDate: new Date(mint.wallMillis),
    });
    expect(protectedHeader).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: mint.tokenKey.thumbprint,
    });
    expect(payload.aud).toBe(mint.audience);
    expect(await mint.sendToken(token)).toBe('ok');
  });
});
