import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Mint } from '../support/mint.js';
import { MintKey } from '../support/mint-key.js';
import {
  type Attack,
  type AttackRow,
  actors,
  claims,
  header,
  hmacUnder,
  pem,
  playTokenAttacks,
  rawHeader,
  rawPayload,
  thiefWith,
  unsigned,
} from '../support/token-attacks.js';

const algorithms: AttackRow[] = [
  ...['none', 'None', 'NONE', 'nOnE', '', 'es256', 'ES256 ', ' ES256', 'ES256\n', 'ES256K'].map(
    (alg): AttackRow => [`alg ${JSON.stringify(alg)}`, header({ alg }), 'token_wrong_algorithm'],
  ),
  ...['HS256', 'HS384', 'RS256', 'PS256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'ECDH-ES'].map(
    (alg): AttackRow => [`alg ${alg}`, header({ alg }), 'token_wrong_algorithm'],
  ),
  ['alg missing', header({ alg: undefined }), 'token_wrong_algorithm'],
  ['alg null', header({ alg: null }), 'token_wrong_algorithm'],
  ['alg in a list', header({ alg: ['ES256'] }), 'token_wrong_algorithm'],
  ['alg as an object', header({ alg: { toString: 'ES256' } }), 'token_wrong_algorithm'],
  ['alg in another case', header({ alg: undefined, Alg: 'ES256' }), 'token_header_not_allowed'],
  ['HS256 under the public key in PEM', hmacUnder(pem), 'token_wrong_algorithm'],
  ['HS256 under PEM with white space', hmacUnder((k) => ` ${pem(k)}`), 'token_wrong_algorithm'],
  ['HS256 under the x coordinate', hmacUnder(({ jwk }) => jwk.x), 'token_wrong_algorithm'],
  ['HS256 under the key id', hmacUnder((k) => k.thumbprint), 'token_wrong_algorithm'],
  ['HS256 under nothing', hmacUnder(() => ''), 'token_wrong_algorithm'],
  ['an HMAC that says ES256', hmacUnder(pem, 'ES256'), 'token_signature_invalid'],
  ['alg none without signature', unsigned('none'), 'token_wrong_algorithm'],
  ['ES256 without signature', unsigned('ES256'), 'token_malformed'],
];

const headers: AttackRow[] = [
  ['jwk of the thief', thiefWith(({ jwk }) => ({ jwk })), 'token_header_not_allowed'],
  [
    'jwk of the issuer',
    (m) => m.token({ header: { jwk: m.tokenKey.jwk } }),
    'token_header_not_allowed',
  ],
  ['x5c', header({ x5c: ['MIIB'] }), 'token_header_not_allowed'],
  ['x5t', header({ x5t: 'abc' }), 'token_header_not_allowed'],
  ['x5t#S256', header({ 'x5t#S256': 'abc' }), 'token_header_not_allowed'],
  ['crit', header({ crit: ['exp'], exp: 1 }), 'token_header_not_allowed'],
  ['crit, empty', header({ crit: [] }), 'token_header_not_allowed'],
  ['b64 false', header({ b64: false, crit: ['b64'] }), 'token_header_not_allowed'],
  ['b64 true', header({ b64: true }), 'token_header_not_allowed'],
  ['cty', header({ cty: 'JWT' }), 'token_header_not_allowed'],
  ['zip', header({ zip: 'DEF' }), 'token_header_not_allowed'],
  ['enc', header({ enc: 'A256GCM' }), 'token_header_not_allowed'],
  ['an unknown member', header({ hello: 1 }), 'token_header_not_allowed'],
  ['__proto__ in the header', rawHeader('"__proto__":{"kid":"x"}'), 'token_header_not_allowed'],
  ['kid missing', header({ kid: undefined }), 'token_malformed'],
  ['kid null', header({ kid: null }), 'token_claims_malformed'],
  [
    'kid in a list',
    (m) => m.token({ header: { kid: [m.tokenKey.thumbprint] } }),
    'token_claims_malformed',
  ],
  ['kid as a path', header({ kid: '../../dev/null' }), 'token_claims_malformed'],
  ['kid as SQL', header({ kid: "' OR 1=1 --" }), 'token_claims_malformed'],
  ['kid __proto__', header({ kid: '__proto__' }), 'token_claims_malformed'],
  ['kid of another key', header({ kid: new MintKey().thumbprint }), 'token_key_unknown'],
  ['kid of the anchor', (m) => m.token({ key: m.anchor }), 'token_key_unknown'],
  ['kid of the feed key', (m) => m.token({ key: m.feedKey }), 'token_key_unknown'],
  ['kid of the holder', (m) => m.token({ key: m.holder }), 'token_key_unknown'],
  [
    'another key under our kid',
    (m) => m.token({ key: new MintKey(), header: { kid: m.tokenKey.thumbprint } }),
    'token_signature_invalid',
  ],
  ...[
    'JWT',
    'jwt',
    'AT+JWT',
    'at+jwt ',
    'id_token+jwt',
    'logout+jwt',
    'secevent+jwt',
    'dpop+jwt',
  ].map((typ): AttackRow => [`typ ${typ}`, header({ typ }), 'token_wrong_type']),
  ...[
    'token-introspection+jwt',
    'creance-feed-key+jwt',
    'creance-evidence+jwt',
    'txntoken+jwt',
  ].map((typ): AttackRow => [`typ ${typ}`, header({ typ }), 'token_wrong_type']),
  ['typ missing', header({ typ: undefined }), 'token_wrong_type'],
  ['typ in a list', header({ typ: ['at+jwt'] }), 'token_wrong_type'],
];

playTokenAttacks('algorithm (F-38)', algorithms);
playTokenAttacks('header (F-39, F-42)', headers);

describe('token tricks: what is good stays good', () => {
  it.each<[string, Attack]>([
    ['the long form of the type', header({ typ: 'application/at+jwt' })],
    ['a beginning 5 s ahead', (m) => m.token({ claims: { iat: m.nowSeconds + 5 } })],
    ['a life of 900 s', (m) => m.token({ claims: { exp: m.nowSeconds + 900 } })],
    ['an unknown claim', claims({ hello: 'there' })],
    ['a claim named __proto__', rawPayload((good) => good.replace('{', '{"__proto__":{"x":1},'))],
    ['eight actors', claims({ act: actors(8) })],
    ['more scopes', claims({ scope: 'contacts:export contacts:read' })],
  ])('%s', async (_name, make) => {
    const mint = await Mint.open();
    expect(await mint.sendToken(make(mint))).toBe('ok');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('key injection (F-39)', () => {
  it('connects to nobody, whatever address the header names', async () => {
    let connections = 0;
    const server = createServer().on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    const mint = await Mint.open();
    for (const name of ['jku', 'x5u']) {
      const token = thiefWith(() => ({ [name]: url }))(mint);
      expect(await mint.sendToken(token)).toBe('token_header_not_allowed');
    }
    const withIssuer = mint.token({ claims: { iss: url } });
    expect(await mint.sendToken(withIssuer)).toBe('token_wrong_issuer');
    await fetch(url, { signal: AbortSignal.timeout(200) }).catch(() => {});
    expect(connections).toBe(1);
    server.closeAllConnections();
    server.close();
  });
});

describe('audience and issuer confusion (F-41)', () => {
  // breaks when: claimsFault leaves out the issuer or the audience.
  it.each(['one key for all issuers', 'a key for each issuer'])(
    'lets only the diagonal of 5 × 5 × 4 through, with %s',
    async (keys) => {
      const shared = new MintKey();
      const names = ['a', 'b', 'c', 'd', 'e'];
      const mints = await Promise.all(
        names.map((name) =>
          Mint.open({
            issuer: `https://${name}.example`,
            audience: `https://api.${name}.example`,
            tokenKey: keys.startsWith('one') ? shared : new MintKey(),
          }),
        ),
      );
      let passed = 0;
      for (const [at, mint] of mints.entries()) {
        for (const issuer of mints) {
          for (const [other, { audience }] of mints.entries()) {
            for (const typ of ['at+jwt', 'JWT', 'logout+jwt', 'secevent+jwt']) {
              const token = mint.token({
                key: issuer.tokenKey,
                header: { typ },
                claims: { iss: issuer.issuer, aud: audience },
              });
              const verdict = await mint.sendToken(token);
              const isDiagonal = issuer === mint && other === at && typ === 'at+jwt';
              expect(verdict === 'ok').toBe(isDiagonal);
              passed += verdict === 'ok' ? 1 : 0;
            }
          }
        }
      }
      expect(passed).toBe(5);
    },
  );
});
