import { createHmac } from 'node:crypto';
import { packLineage } from '@creance/proto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Mint } from './mint.js';
import { base64url, freshHandle, MintKey } from './mint-key.js';

/** One attack: what the thief makes of the mint's good token. */
export type Attack = (mint: Mint) => string;

/** A token with changes. */
function changed(changes: Parameters<Mint['token']>[0]): Attack {
  return (mint) => mint.token(changes);
}

/** A token with other members in its header. */
export const header = (members: object): Attack => changed({ header: members });

/** A token with other claims. */
export const claims = (members: object): Attack => changed({ claims: members });

/** The parts of a good token, put together again in another way. */
export function rebuilt(
  build: (header: string, payload: string, signature: string) => string,
): Attack {
  return (mint) => {
    const [head = '', payload = '', signature = ''] = mint.token().split('.');
    return build(head, payload, signature);
  };
}

/** An HMAC under something public, as a library would check it that believes `alg`. */
export function hmacUnder(secret: (key: MintKey) => string, alg = 'HS256'): Attack {
  return (mint) => {
    const head = { alg, typ: 'at+jwt', kid: mint.tokenKey.thumbprint };
    const input = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(mint.claims()))}`;
    const mac = createHmac('sha256', secret(mint.tokenKey)).update(input).digest();
    return `${input}.${Buffer.concat([mac, mac]).toString('base64url')}`;
  };
}

/** The public key as a library would hand it to an HMAC. */
export const pem = ({ jwk }: MintKey): string => {
  const point = Buffer.concat([
    Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'),
    Buffer.from(jwk.x, 'base64url'),
    Buffer.from(jwk.y, 'base64url'),
  ]);
  const lines = point.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
};

/** The last character of a signature holds two bits and four zeros: other four mean the same bytes. */
export function withTrailingBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(text.slice(-1));
  return text.slice(0, -1) + alphabet[last + 1];
}

/** r and s in DER, as OpenSSL writes them. */
export function asDer(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  const integer = (part: Buffer) => Buffer.concat([Buffer.from([2, 33, 0]), part]);
  const body = Buffer.concat([integer(bytes.subarray(0, 32)), integer(bytes.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]).toString('base64url');
}

/** A packed lineage of fresh handles. */
export const lineageOf = (sessions: number, workloads = 1): string =>
  packLineage({
    sessions: Array.from({ length: sessions }, freshHandle) as never,
    upstreams: [],
    principals: [],
    workloads: Array.from({ length: workloads }, freshHandle),
    owners: [],
    evidenceIssuers: [],
    evidenceKeys: [],
  });

export function unsigned(alg: string): Attack {
  return (mint) => {
    const head = { alg, typ: 'at+jwt', kid: mint.tokenKey.thumbprint };
    return `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(mint.claims()))}.`;
  };
}

/** Signs with a key of the thief, and says so in the header. */
export function thiefWith(members: (key: MintKey) => object): Attack {
  return (mint) => {
    const key = new MintKey();
    return mint.token({ key, header: { kid: mint.tokenKey.thumbprint, ...members(key) } });
  };
}

/** A header with a member that JSON.stringify would not write. */
export function rawHeader(member: string): Attack {
  return (mint) => {
    const kid = mint.tokenKey.thumbprint;
    const text = `{"alg":"ES256","typ":"at+jwt","kid":"${kid}",${member}}`;
    return mint.tokenKey.jws(text, JSON.stringify(mint.claims()));
  };
}

/** A payload that JSON.stringify would not write. */
export function rawPayload(text: (good: string) => string): Attack {
  return (mint) => {
    const head = { alg: 'ES256', typ: 'at+jwt', kid: mint.tokenKey.thumbprint };
    return mint.tokenKey.jws(JSON.stringify(head), text(JSON.stringify(mint.claims())));
  };
}

export function raised(payload: string): string {
  const text = Buffer.from(payload, 'base64url').toString();
  return base64url(text.replace('contacts:read', 'contacts:rexd'));
}

export function spliced(one: string, other: string): string {
  return one.slice(0, one.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
}

export function actors(depth: number): object {
  return depth === 1 ? { sub: 'a' } : { sub: 'a', act: actors(depth - 1) };
}

/** One row of a table: what it is called, what the thief does, and the reason that he gets. */
export type AttackRow = [name: string, attack: Attack, reason: string];

/** Plays a table, each row against one verifier, with a good token beside it. */
export function playTokenAttacks(group: string, rows: readonly AttackRow[]): void {
  describe(`token tricks: ${group}`, () => {
    let mint: Mint;
    beforeAll(async () => {
      mint = await Mint.open();
    });

    // A good token passes beside each row, so that no row is refused for something else.
    it.each(rows)('%s', async (_name, attack, reason) => {
      expect(await mint.sendToken(attack(mint))).toBe(reason);
      expect(await mint.sendToken(mint.token())).toBe('ok');
      expect(({} as Record<string, unknown>)['scope']).toBeUndefined();
    });
  });
}
