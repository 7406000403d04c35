import type { Next } from './fuzz.js';
import type { Mint } from './mint.js';
import { base64url, freshHandle, MintKey } from './mint-key.js';

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ ?';

/** One of a list. */
export function oneOf<Value>(values: readonly Value[], next: Next): Value {
  return values[next(values.length)] as Value;
}

/** Changes the text of a JWS: one character, one more, one less, two parts swapped. */
function oddText(jws: string, next: Next): string {
  const at = next(jws.length);
  const character = characters[next(characters.length)] ?? 'A';
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const ways = [
    () => jws.slice(0, at) + character + jws.slice(at + 1),
    () => jws.slice(0, at) + character + jws.slice(at),
    () => jws.slice(0, at) + jws.slice(at + 1),
    () => [payload, header, signature].join('.'),
    () => jws.slice(0, -1) + character,
    () => jws + character,
    () => jws,
  ];
  return oneOf(ways, next)();
}

/** Values of another type than any member has. */
const strange: readonly unknown[] = [
  ...[undefined, null, '', 0, -1, 1.5, true, [], {}, 'x', 2 ** 60],
  ...['\u0000', '\ud800', '\u202e', 'é'],
];

/** Moments around now at which something ends or begins. */
function nearly(now: number, next: Next): number {
  const by = [-901, -900, -61, -60, -59, -6, -5, -1, 0, 1, 4, 5, 6, 59, 60, 61, 899, 900, 901];
  return now + oneOf(by, next);
}

/** The same JSON or nearly so, as JSON.stringify would never write it. */
function oddJson(json: string, next: Next): Buffer {
  const number = /"(iat|exp|nbf|rev)":(\d+)/;
  const ways = [
    () => json.replace(number, '"$1":$2.0'),
    () => json.replace(number, '"$1":$2e0'),
    () => json.replace(number, '"$1":$20e-1'),
    () => json.replace(number, '"$1":-0'),
    () => json.replace(number, '"$1":1e999'),
    () => json.replace(number, '"$1":9007199254740993'),
    () => json.replace(number, '"$1":+$2'),
    () => json.replace(number, '"$1":0$2'),
    () => json.replace(number, '"$1":"$2"'),
    () => json.replace('{', '{"exp":1,'),
    () => json.replace('{', '{"aud":"https://evil.example",'),
    () => json.replace(/}$/, ',"iss":"https://evil.example"}'),
    () => json.replace(/}$/, ',"exp":99999999999}'),
    () => json.replace('{', '{"__proto__":{"exp":1},'),
    () => json.replace('"exp"', '"\\u0065xp"'),
    () => json.replace('"iss"', '"\\u0069ss"'),
    () => json.replace('https:', '\\u0068ttps:'),
    () => json.replaceAll(',', ' ,\n\t'),
    () => `\ufeff${json}`,
    () => `${json}\0`,
    () => `${json} {}`,
    () => `[${json}]`,
    () => json.replace('}', ',}'),
    () => json.replace('"', "'"),
  ];
  if (next(12) === 0) return Buffer.from(json.replace('https', '\xff\xfe'), 'latin1');
  return Buffer.from(oneOf(ways, next)());
}

/** A JWS over bytes that may be no text. */
function jwsOver(key: MintKey, header: string, payload: Uint8Array): string {
  const input = `${base64url(header)}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${key.sign(Buffer.from(input)).toString('base64url')}`;
}

/** Header members that are wrong, or right in another way. */
function oddHeader(next: Next): object {
  const types = ['JWT', 'AT+JWT', 'application/at+jwt', 'dpop+jwt', 'at+jwt', 'secevent+jwt'];
  const ways = [
    () => ({
      alg: oneOf(['none', 'HS256', 'ES384', 'es256', 'ES256', oneOf(strange, next)], next),
    }),
    () => ({ typ: oneOf([...types, oneOf(strange, next)], next) }),
    () => ({ kid: oneOf(strange, next) }),
    () => ({ [oneOf(['jku', 'jwk', 'crit', 'cty', 'x5c', 'b64'], next)]: oneOf(strange, next) }),
  ];
  return oneOf(ways, next)();
}

/** A token of the mint with something odd about its header, its claims, its form or its key. */
export function oddToken(mint: Mint, next: Next): string {
  if (next(3) === 0) return oddText(mint.token(), next);
  const key = next(12) === 0 ? new MintKey() : mint.tokenKey;
  const head = { alg: 'ES256', typ: 'at+jwt', kid: mint.tokenKey.thumbprint };
  const claims = mint.claims();
  const way = next(4);
  if (way === 0) return jwsOver(key, JSON.stringify(head), oddJson(JSON.stringify(claims), next));
  const header = way === 1 ? { ...head, ...oddHeader(next) } : head;
  const payload = way === 1 ? claims : { ...claims, ...oddClaims(mint, claims, next) };
  return key.jws(JSON.stringify(header), JSON.stringify(payload));
}

function oddClaims(mint: Mint, claims: object, next: Next): object {
  const now = mint.nowSeconds;
  const { audience, issuer } = mint;
  const ways = [
    () => ({ exp: nearly(now, next) }),
    () => ({ iat: nearly(now, next) }),
    () => ({ iat: nearly(now, next), exp: nearly(now, next) }),
    () => ({ nbf: nearly(now, next) }),
    () => ({ nbf: oneOf(strange, next) }),
    () => ({ aud: oneOf([[audience], [audience, 'x'], `${audience}/`, audience], next) }),
    () => ({ iss: oneOf([`${issuer}/`, issuer.toUpperCase(), oneOf(strange, next)], next) }),
    () => ({ sid: freshHandle() }),
    () => ({ scope: oneOf(['contacts:read', 'a contacts:read', 'contacts:readall'], next) }),
    () => ({ [oneOf(Object.keys(claims), next)]: oneOf(strange, next) }),
  ];
  return oneOf(ways, next)();
}

/** A proof of the holder for a token, with something odd about it. */
export function oddProof(mint: Mint, token: string, next: Next): string {
  if (next(3) === 0) return oddText(mint.proof(token), next);
  const key = next(8) === 0 ? new MintKey() : mint.holder;
  const jwk = next(16) === 0 ? mint.tokenKey.jwk : key.jwk;
  const head = { alg: 'ES256', typ: 'dpop+jwt', jwk };
  const claims = mint.proofClaims(token);
  const way = next(4);
  if (way === 0) return jwsOver(key, JSON.stringify(head), oddJson(JSON.stringify(claims), next));
  const header = way === 1 ? { ...head, ...oddHeader(next) } : head;
  const payload = way === 1 ? claims : { ...claims, ...oddProofClaims(mint, claims, next) };
  return key.jws(JSON.stringify(header), JSON.stringify(payload));
}

function oddProofClaims(mint: Mint, claims: object, next: Next): object {
  const { audience, nowSeconds: now } = mint;
  const url = `${audience}/contacts`;
  const urls = [
    `${url}?a=1`,
    `${url}#a`,
    url.toUpperCase(),
    url.replace('.internal', '.internal:443'),
  ];
  urls.push(
    `${url}/`,
    `${audience}/a/../contacts`,
    `${audience}/%63ontacts`,
    `http${url.slice(5)}`,
  );
  const ways = [
    () => ({ iat: nearly(now, next) }),
    () => ({ exp: nearly(now, next) }),
    () => ({ nbf: nearly(now, next) }),
    () => ({ htu: oneOf([...urls, 'contacts', '//x'], next) }),
    () => ({ htm: oneOf(['get', 'POST', 'GET ', 'GET'], next) }),
    () => ({ ath: oneOf(['', 'A'.repeat(43), oneOf(strange, next)], next) }),
    () => ({ ctr: oneOf([1, 0, 1.5, '1', -1], next) }),
    () => ({ [oneOf(Object.keys(claims), next)]: oneOf(strange, next) }),
  ];
  return oneOf(ways, next)();
}
