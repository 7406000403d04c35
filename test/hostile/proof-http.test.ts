import { beforeEach, describe, expect, it } from 'vitest';
import { Mint, type Sent } from '../support/mint.js';
import { base64url, MintKey } from '../support/mint-key.js';
import { withTrailingBits } from '../support/token-attacks.js';

/** One attack: what the thief sends, who holds a captured token. */
type Attack = (mint: Mint, token: string) => Sent;

let mint: Mint;
beforeEach(async () => {
  mint = await Mint.open();
});

/** A proof with changes, beside a good token. */
const proof =
  (changes: Parameters<Mint['proof']>[1]): Attack =>
  (m, token) => ({ dpop: m.proof(token, changes) });
const claims = (changes: object): Attack => proof({ claims: changes });
const header = (changes: object): Attack => proof({ header: changes });
const made =
  (make: (m: Mint, token: string) => string): Attack =>
  (m, token) => ({ dpop: make(m, token) });

const htu = (target: string): Attack => claims({ htu: target });
const iatFromNow = (seconds: number): Attack =>
  made((m, t) => m.proof(t, { claims: { iat: m.nowSeconds + seconds } }));
const holderKeyWith = (members: object): Attack =>
  made((m, t) => m.proof(t, { header: { jwk: { ...m.holder.jwk, ...members } } }));

const rows: [string, Attack, string][] = [
  ['no proof', () => ({ dpop: null }), 'proof_missing'],
  [
    'the token alone as Bearer',
    (_m, t) => ({ authorization: `Bearer ${t}`, dpop: null }),
    'token_sent_as_bearer',
  ],
  [
    'the token as Bearer with a good proof',
    (_m, t) => ({ authorization: `Bearer ${t}` }),
    'token_sent_as_bearer',
  ],
  [
    'the token as bearer in another case',
    (_m, t) => ({ authorization: `bEARER ${t}` }),
    'token_sent_as_bearer',
  ],
  ['no Authorization', () => ({ authorization: null }), 'token_missing'],
  ['an empty Authorization', () => ({ authorization: '' }), 'authorization_malformed'],
  ['the token without a scheme', (_m, t) => ({ authorization: t }), 'authorization_malformed'],
  ['another scheme', (_m, t) => ({ authorization: `Basic ${t}` }), 'scheme_unknown'],
  [
    'two tokens in one header',
    (_m, t) => ({ authorization: `DPoP ${t}, DPoP ${t}` }),
    'authorization_malformed',
  ],
  [
    'two spaces before the token',
    (_m, t) => ({ authorization: `DPoP  ${t}` }),
    'authorization_malformed',
  ],
  ['two proofs', (m, t) => ({ dpop: `${m.proof(t)}, ${m.proof(t)}` }), 'proof_duplicated'],
  [
    'one proof twice',
    (m, t) => ({ dpop: [m.proof(t)].flatMap((p) => [p, p]).join(', ') }),
    'proof_duplicated',
  ],
  ['the token as its own proof', made((_m, t) => t), 'proof_header_not_allowed'],
  ['a word', made(() => 'proof'), 'proof_malformed'],
  [
    'a huge proof',
    made((m, t) => m.proof(t, { claims: { more: 'x'.repeat(2_000) } })),
    'proof_too_large',
  ],
  ['padding', made((m, t) => `${m.proof(t)}==`), 'proof_not_canonical'],
  ['trailing bits', made((m, t) => withTrailingBits(m.proof(t))), 'proof_not_canonical'],
  ['alg none', header({ alg: 'none' }), 'proof_wrong_algorithm'],
  ['alg HS256', header({ alg: 'HS256' }), 'proof_wrong_algorithm'],
  ['alg RS256', header({ alg: 'RS256' }), 'proof_wrong_algorithm'],
  ['typ JWT', header({ typ: 'JWT' }), 'proof_wrong_type'],
  ['typ at+jwt', header({ typ: 'at+jwt' }), 'proof_wrong_type'],
  ['a kid', header({ kid: 'x' }), 'proof_header_not_allowed'],
  ['crit', header({ crit: ['htm'] }), 'proof_header_not_allowed'],
  ['no key', header({ jwk: undefined }), 'proof_malformed'],
  ['a private key', holderKeyWith({ d: 'A'.repeat(43) }), 'proof_malformed'],
  ['a key with a name', holderKeyWith({ kid: 'x' }), 'proof_malformed'],
  ['a symmetric key', header({ jwk: { kty: 'oct', k: 'AAAA' } }), 'proof_malformed'],
  ['a key of another curve', holderKeyWith({ crv: 'P-384' }), 'proof_malformed'],
  [
    'a key that is no point',
    header({ jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } }),
    'proof_wrong_key',
  ],
  [
    'a proof by the key of the thief',
    (m, t) => ({ dpop: m.proof(t, { key: new MintKey() }) }),
    'proof_wrong_key',
  ],
  [
    'a proof by the key that signed the token',
    (m, t) => ({ dpop: m.proof(t, { key: m.tokenKey }) }),
    'proof_wrong_key',
  ],
  [
    'the key of the holder over a signature of the thief',
    (m, t) => ({ dpop: m.proof(t, { key: new MintKey(), header: { jwk: m.holder.jwk } }) }),
    'proof_signature_invalid',
  ],
  [
    'a changed claim under the old signature',
    made((m, t) => edited(m.proof(t, { claims: { htm: 'PUT' } }))),
    'proof_signature_invalid',
  ],
  ['another method', claims({ htm: 'POST' }), 'proof_wrong_method'],
  ['the method in lower case', claims({ htm: 'get' }), 'proof_wrong_method'],
  ['no method', claims({ htm: undefined }), 'proof_malformed'],
  ['another method than that of the proof', () => ({ method: 'DELETE' }), 'proof_wrong_method'],
  ['another path', htu('https://crm.example.internal/export'), 'proof_wrong_target'],
  ['a longer path', htu('https://crm.example.internal/contacts/1'), 'proof_wrong_target'],
  ['a trailing slash', htu('https://crm.example.internal/contacts/'), 'proof_wrong_target'],
  ['the path in another case', htu('https://crm.example.internal/Contacts'), 'proof_wrong_target'],
  [
    'the path in percent code',
    htu('https://crm.example.internal/%63ontacts'),
    'proof_wrong_target',
  ],
  ['another host', htu('https://evil.example/contacts'), 'proof_wrong_target'],
  [
    'a longer host',
    htu('https://crm.example.internal.evil.example/contacts'),
    'proof_wrong_target',
  ],
  ['another port', htu('https://crm.example.internal:8443/contacts'), 'proof_wrong_target'],
  ['http', htu('http://crm.example.internal/contacts'), 'proof_wrong_target'],
  [
    'a user before the host',
    htu('https://crm.example.internal@evil.example/contacts'),
    'proof_wrong_target',
  ],
  ['a user of ours', htu('https://u@crm.example.internal/contacts'), 'proof_wrong_target'],
  ['a path alone', htu('/contacts'), 'proof_wrong_target'],
  ['no target', claims({ htu: undefined }), 'proof_malformed'],
  [
    'a target in a list',
    claims({ htu: ['https://crm.example.internal/contacts'] }),
    'proof_malformed',
  ],
  ['an iat 60 s ago', iatFromNow(-60), 'proof_expired'],
  ['an iat 6 s ahead', iatFromNow(6), 'proof_from_future'],
  ['no iat', claims({ iat: undefined }), 'proof_malformed'],
  [
    'an iat in text',
    (m, t) => ({ dpop: m.proof(t, { claims: { iat: String(m.nowSeconds) } }) }),
    'proof_malformed',
  ],
  [
    'an iat beyond all numbers',
    (m, t) => ({ dpop: rawClaims(m, t, (text) => text.replace(/"iat":\d+/, '"iat":1e999')) }),
    'proof_malformed',
  ],
  ['no jti', claims({ jti: undefined }), 'proof_malformed'],
  ['an empty jti', claims({ jti: '' }), 'proof_malformed'],
  ['a jti of 129 characters', claims({ jti: 'x'.repeat(129) }), 'proof_malformed'],
  ['no ath', claims({ ath: undefined }), 'proof_wrong_token'],
  ['an empty ath', claims({ ath: '' }), 'proof_malformed'],
  [
    'the ath of another token of the session',
    (m, t) => ({ dpop: m.proof(m.token(), {}), authorization: `DPoP ${t}` }),
    'proof_wrong_token',
  ],
  ['a counter below 1', claims({ ctr: 0 }), 'proof_malformed'],
  ['a counter with a fraction', claims({ ctr: 1.5 }), 'proof_malformed'],
];

/** Changes a byte of the payload and keeps the signature. */
function edited(jws: string): string {
  const [head, payload = '', signature] = jws.split('.');
  const text = Buffer.from(payload, 'base64url').toString();
  return `${head}.${base64url(text.replace('"PUT"', '"GET"'))}.${signature}`;
}

/** Claims that JSON.stringify would not write. */
function rawClaims(m: Mint, token: string, change: (text: string) => string): string {
  const head = { alg: 'ES256', typ: 'dpop+jwt', jwk: m.holder.jwk };
  return m.holder.jws(JSON.stringify(head), change(JSON.stringify(m.proofClaims(token))));
}

describe('proof tricks over HTTP (F-47)', () => {
  // A good request passes beside each row, so that no row is refused for something else.
  it.each(rows)('%s', async (_name, attack, reason) => {
    const token = mint.token();
    const good = () => ({ authorization: `DPoP ${token}`, dpop: mint.proof(token) });
    expect(await mint.send({ ...good(), ...attack(mint, token) })).toBe(reason);
    expect(await mint.send(good())).toBe('ok');
  });

  it.each<[string, Attack]>([
    ['a query in htu', htu('https://crm.example.internal/contacts?page=2')],
    ['a fragment in htu', htu('https://crm.example.internal/contacts#top')],
    ['the default port in htu', htu('https://crm.example.internal:443/contacts')],
    ['scheme and host in upper case', htu('HTTPS://CRM.Example.Internal/contacts')],
    ['dots that lead to the path', htu('https://crm.example.internal/x/../contacts')],
    ['a query in the request', () => ({ url: 'https://crm.example.internal/contacts?page=2' })],
    [
      'another host in the request: proxies do that',
      () => ({ url: 'http://10.0.0.7:8080/contacts' }),
    ],
    ['an iat 59 s ago', iatFromNow(-59)],
    ['an iat 5 s ahead', iatFromNow(5)],
    ['the scheme in another case', (_m, t) => ({ authorization: `dpop ${t}` })],
    ['a counter', claims({ ctr: 7 })],
    ['a claim that we do not know', claims({ hello: 'there' })],
  ])('takes %s (RFC 9449 §4.3, RFC 3986 §6.2)', async (_name, make) => {
    const token = mint.token();
    const good = { authorization: `DPoP ${token}`, dpop: mint.proof(token) };
    expect(await mint.send({ ...good, ...make(mint, token) })).toBe('ok');
  });

  it('believes no forwarding header about its own origin', async () => {
    const token = mint.token();
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: mint.proof(token, { claims: { htu: 'https://evil.example/contacts' } }),
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example;proto=https',
    };
    const request = new Request('https://evil.example/contacts', { headers });
    const verified = await mint.verifier.verify(request, { scopes: ['contacts:read'] });
    expect(verified.ok ? 'ok' : verified.failure.reason).toBe('proof_wrong_target');
  });

  it('repeats nothing of what it was sent', async () => {
    const canary = 'canary-7f3a';
    const sent: Sent[] = [
      { authorization: `DPoP ${canary}` },
      { authorization: `${canary} x` },
      { dpop: canary },
      { authorization: `DPoP ${mint.token({ claims: { iss: `https://${canary}` } })}` },
      { dpop: mint.proof(mint.token(), { claims: { htu: `https://${canary}/` } }) },
    ];
    for (const each of sent) {
      const verified = await mint.verify(each);
      if (verified.ok) throw new Error('passed');
      const response = verified.failure.response();
      const text = JSON.stringify([[...response.headers], await response.text()]);
      expect(text).not.toContain(canary);
    }
  });
});
