import { createHmac, type JsonWebKey } from 'node:crypto';
import {
  decodeBase64url,
  type PublicJwk,
  parseJsonObject,
  parseJws,
  parsePublicJwk,
} from '@creance/proto';
import { nodePrimitives, type Primitives, webPrimitives } from '@creance/verifier';
import { describe, expect, it } from 'vitest';
import { Mint } from '../support/mint.js';
import { MintKey } from '../support/mint-key.js';
import { groupOf, type WycheproofGroup, wycheproof } from '../support/wycheproof.js';

const signatures = wycheproof('json_web_signature') ?? [];
const keys = wycheproof('json_web_key') ?? [];
const mixed = wycheproof('json_web_crypto') ?? [];
const both: [string, Primitives][] = [
  ['node', nodePrimitives() as Primitives],
  ['web', webPrimitives()],
];

const bare = ({ x, y }: JsonWebKey): PublicJwk => ({ kty: 'EC', crv: 'P-256', x, y }) as PublicJwk;

/**
 * The compact layer by itself. The vectors sign the word `foo`, which is no JSON, and name no type, so
 * `parseJws` refuses every one of them before the signature counts. Here the same pieces meet: strict
 * base64url for each part, the header's allow-list and algorithm, 64 bytes of signature, one primitive.
 */
async function compactVerdict(jws: string, jwk: JsonWebKey, primitives: Primitives) {
  const parts = jws.split('.');
  const [header, payload, signature] = parts.map(decodeBase64url);
  if (parts.length !== 3 || !header || !payload || signature?.length !== 64) return false;
  const { alg, kid, ...others } = parseJsonObject(header) ?? {};
  if (alg !== 'ES256' || kid !== (jwk as { kid?: string }).kid) return false;
  if (Object.keys(others).length > 0) return false;
  const key = await primitives.importKey(bare(jwk));
  return key !== undefined && primitives.verify(key, jws.slice(0, jws.lastIndexOf('.')), signature);
}

/** Cases whose verdict we do not share, and why. */
const knownDifferences: Readonly<Record<number, string>> = {
  367: 'the very bytes of the valid case 357',
  370: 'the very bytes of the valid case 357',
  372: 'called valid, but holds a question mark',
  373: 'called valid, but holds a question mark',
};

describe.skipIf(signatures.length === 0).each(both)(
  'Wycheproof ES256 by %s primitives (F-40)',
  (_name, primitives) => {
    for (const comment of ['es256', 'SpecialCaseEs256']) {
      const group = signatures.find((each) => each.comment === comment);
      it.each(group?.tests ?? [])(`${comment} $tcId $comment: $result`, async (test) => {
        const verdict = await compactVerdict(String(test.jws), group?.public ?? {}, primitives);
        expect(verdict).toBe(test.result === 'valid');
      });
    }
  },
);

/** A verifier whose issuer signs with the key of a group. */
function mintOf(group: WycheproofGroup): Promise<Mint> {
  return Mint.open({ tokenKey: MintKey.of(group.private ?? {}) });
}

describe.skipIf(signatures.length === 0)('Wycheproof through the whole verifier', () => {
  // breaks when: parseJws takes another length than 64, or the verifier leaves out the signature.
  it('takes no signature of a vector on a token of ours', async () => {
    const group = groupOf(signatures, 'SpecialCaseEs256');
    const mint = await mintOf(group);
    const token = mint.token();
    for (const { jws } of group.tests) {
      const signature = String(jws).split('.')[2];
      const forged = `${token.slice(0, token.lastIndexOf('.'))}.${signature}`;
      expect(await mint.sendToken(forged)).toMatch(/^token_(signature_invalid|malformed)$/);
    }
    expect(await mint.sendToken(token)).toBe('ok');
  });

  it('takes the form of our tokens alone from the parser, with a permissive form too', async () => {
    const group = groupOf(signatures, 'es256');
    const [primitives] = [nodePrimitives() as Primitives];
    const key = await primitives.importKey(bare(group.public ?? {}));
    if (key === undefined) throw new Error('the key of the vectors is no key');
    const form = { charsMax: 4_096, types: ['at+jwt'], members: ['kid'] };
    const good = parseJws((await mintOf(group)).token(), form);
    const { signingInput, signature } = good.ok
      ? good.value
      : { signingInput: '', signature: new Uint8Array() };
    expect(await primitives.verify(key, signingInput, signature)).toBe(true);
    for (const { jws } of group.tests) expect(parseJws(String(jws), form).ok).toBe(false);
  });

  it('refuses each of the 484 cases as a token, whatever its algorithm, and stays well', async () => {
    const mint = await mintOf(groupOf(signatures, 'es256'));
    let cases = 0;
    for (const { tests } of [...signatures, ...mixed, ...keys]) {
      for (const { jws } of tests) {
        if (jws === undefined) continue;
        cases += 1;
        const text = typeof jws === 'string' ? jws : JSON.stringify(jws);
        expect(await mint.sendToken(text)).toMatch(/^(token|authorization)_/);
      }
    }
    expect(cases).toBeGreaterThan(400);
    expect(await mint.send()).toBe('ok');
  });
});

describe.skipIf(signatures.length === 0)('Wycheproof base64', () => {
  const group = signatures.find(({ comment }) => comment === 'base64');
  const secret = Buffer.alloc(32);

  /** HMAC by hand, since we know none: what is under test is the decoder. */
  const verdict = (jws: string): boolean => {
    const parts = jws.split('.');
    const mac = decodeBase64url(parts[2] ?? '');
    const isCanonical = parts.every((part) => decodeBase64url(part) !== undefined);
    const input = jws.slice(0, jws.lastIndexOf('.'));
    return (
      isCanonical &&
      createHmac('sha256', secret)
        .update(input)
        .digest()
        .equals(mac ?? secret)
    );
  };

  // breaks when: decodeBase64url takes white space or non-zero trailing bits.
  it.each(group?.tests ?? [])('$tcId $comment: $result', ({ tcId, jws, result }) => {
    const isExpected = tcId in knownDifferences ? result !== 'valid' : result === 'valid';
    expect(verdict(String(jws))).toBe(isExpected);
  });

  it('refuses all four that jose takes', () => {
    for (const tcId of [360, 365, 368, 375]) {
      const jws = String(group?.tests.find((test) => test.tcId === tcId)?.jws);
      expect(jws.split('.').every((part) => decodeBase64url(part) !== undefined)).toBe(false);
    }
  });
});

describe.skipIf(keys.length === 0)('Wycheproof keys on elliptic curves', () => {
  const elliptic = keys.filter(({ public: set }) => set?.keys?.[0]?.crv !== undefined);

  it.each(elliptic)('$comment', async ({ public: set, tests }) => {
    const jwk = set?.keys?.[0] as JsonWebKey;
    // As they are: a key of ours has four members, so that it has one form.
    expect(parsePublicJwk(jwk)).toBeUndefined();
    const { kty, crv, x, y, alg, use } = jwk;
    const point = parsePublicJwk({ kty, crv, x, y });
    const isOurs = alg === 'ES256' && use === 'sig';
    for (const [, primitives] of both) {
      const key = point && (await primitives.importKey(point));
      const isGood = key !== undefined && isOurs;
      for (const { jws, result } of tests) {
        const verdict = isGood && (await compactVerdict(String(jws), jwk, primitives));
        expect(verdict).toBe(result === 'valid');
      }
    }
  });

  it('takes the point of the same keys where it lies on the curve', async () => {
    const { public: jwk = {} } = groupOf(signatures, 'es256');
    for (const [, primitives] of both) {
      expect(await primitives.importKey(bare(jwk))).toBeDefined();
      const off = elliptic.find(({ comment }) => comment === 'invalid_point')?.public?.keys?.[0];
      expect(await primitives.importKey(bare(off ?? {}))).toBeUndefined();
    }
  });
});
