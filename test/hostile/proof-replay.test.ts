import { beforeEach, describe, expect, it } from 'vitest';
import { Mint } from '../support/mint.js';
import { MintKey } from '../support/mint-key.js';

let mint: Mint;
beforeEach(async () => {
  mint = await Mint.open();
});

describe('replay of a captured request', () => {
  const captured = () => {
    const token = mint.token();
    return { authorization: `DPoP ${token}`, dpop: mint.proof(token) };
  };

  // breaks when: the memory is filled but never asked.
  it('is refused at once, later, and to the end of the window', async () => {
    const request = captured();
    expect(await mint.send(request)).toBe('ok');
    for (let second = 0; second < 60; second += 5) {
      expect(await mint.send(request)).toBe('proof_replayed');
      mint.pass(5);
      await mint.feed.receive(mint.heartbeat());
    }
    expect(await mint.send(request)).toBe('token_expired');
  });

  it('is refused when the signature is turned into its twin (n - s)', async () => {
    const request = captured();
    expect(await mint.send(request)).toBe('ok');
    const twin = { ...request, dpop: mirrored(request.dpop) };
    expect(twin.dpop).not.toBe(request.dpop);
    expect(await mint.send(twin)).toBe('proof_replayed');
  });

  it('is refused in a hundred copies at once but for one', async () => {
    const request = captured();
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => mint.send(request)));
    expect(verdicts.filter((verdict) => verdict === 'ok')).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict === 'proof_replayed')).toHaveLength(99);
  });

  it('is refused on another path, by another method and with another token', async () => {
    const request = captured();
    const url = 'https://crm.example.internal/export';
    expect(await mint.send({ ...request, url })).toBe('proof_wrong_target');
    expect(await mint.send({ ...request, method: 'PUT' })).toBe('proof_wrong_method');
    const authorization = `DPoP ${mint.token()}`;
    expect(await mint.send({ ...request, authorization })).toBe('proof_wrong_token');
    expect(await mint.send(request)).toBe('ok');
  });

  it('lets a jti be used by two keys and for two targets', async () => {
    const jti = 'the same';
    const token = mint.token();
    const other = new MintKey();
    const otherToken = mint.token({ claims: { cnf: { jkt: other.thumbprint } } });
    const authorization = `DPoP ${token}`;
    const one = { authorization, dpop: mint.proof(token, { claims: { jti } }) };
    expect(await mint.send(one)).toBe('ok');
    const htu = 'https://crm.example.internal/notes';
    const two = { authorization, dpop: mint.proof(token, { claims: { jti, htu } }), url: htu };
    expect(await mint.send(two)).toBe('ok');
    const three = {
      authorization: `DPoP ${otherToken}`,
      dpop: mint.proof(otherToken, { key: other, claims: { jti } }),
    };
    expect(await mint.send(three)).toBe('ok');
    expect(await mint.send({ ...one, dpop: mint.proof(token, { claims: { jti } }) })).toBe(
      'proof_replayed',
    );
  });

  it('fills no memory for whoever cannot sign', async () => {
    const options = { limits: { proofsRememberedMax: 1 } };
    const small = await Mint.open({ options });
    for (let at = 0; at < 20; at += 1) {
      const thief = new MintKey();
      const token = small.token({ key: thief, header: { kid: small.tokenKey.thumbprint } });
      expect(await small.sendToken(token)).toBe('token_signature_invalid');
      const captured = small.token();
      const dpop = small.proof(captured, { key: thief });
      expect(await small.send({ authorization: `DPoP ${captured}`, dpop })).toBe('proof_wrong_key');
    }
    expect(await small.send()).toBe('ok');
    expect(await small.send()).toBe('replay_memory_full');
  });
});

/** The other signature over the same bytes by the same key: ECDSA knows two. */
function mirrored(jws: string): string {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const at = jws.lastIndexOf('.') + 1;
  const bytes = Buffer.from(jws.slice(at), 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const twin = Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex');
  return jws.slice(0, at) + Buffer.concat([bytes.subarray(0, 32), twin]).toString('base64url');
}
