import { parseToken, type Revision } from '@creance/proto';
import { SubscribeResponse } from '@creance/proto/wire';
import {
  base64url,
  calculateJwkThumbprint,
  compactVerify,
  EmbeddedJWK,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';
import { describe, expect, it } from 'vitest';
import { destinationKeys } from '../doubles/destinations.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { scopesOf } from '../doubles/ids.js';
import { resourceOf } from '../doubles/registries.js';
import { sessionOf } from '../doubles/sessions.js';
import { assertionBy, newSigner, proofBy } from '../doubles/signed.js';
import { feedKeyStatementType, openings } from '../feed/opening.js';
import { mint } from './mint.js';

/** What we sign ourselves, judged by a library that had no part in it. */
const issuer = 'https://creance.example.internal';
const clock = new FakeClock();
const currentDate = new Date(clock.seconds * 1_000);

describe('jose', () => {
  it.each([1, 2, 3, 4, 5])('computes the same thumbprint (key %i)', async () => {
    const { keyId, jwk } = newSigner();
    expect(await calculateJwkThumbprint({ ...jwk })).toBe(keyId);
  });

  it('verifies a minted token and reads the same claims', async () => {
    const signer = newSigner();
    const grant = {
      resource: resourceOf(),
      scopes: scopesOf('a', 'b'),
      expiresAt: clock.seconds + 60,
    };
    const made = mint(
      {
        issuer,
        path: [sessionOf(1)],
        grant,
        revision: 7 as Revision,
        tokenId: 'id',
        nowSeconds: clock.seconds,
      },
      signer,
    );
    const token = made.ok ? made.value : '';
    const key = await importJWK({ ...signer.jwk }, 'ES256');
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      issuer,
      audience: 'https://crm.example.internal',
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate,
      requiredClaims: [
        'sub',
        'client_id',
        'iat',
        'exp',
        'jti',
        'scope',
        'sid',
        'lineage',
        'rev',
        'cnf',
      ],
    });
    expect(protectedHeader.kid).toBe(await calculateJwkThumbprint({ ...signer.jwk }));
    const parsed = parseToken(token);
    expect(parsed.ok && parsed.value.unverifiedClaims).toMatchObject({
      subject: payload.sub,
      expiresAt: payload.exp,
      scopes: (payload['scope'] as string).split(' '),
      sessionId: payload['sid'],
      keyThumbprint: (payload['cnf'] as { jkt: string }).jkt,
    });
    await expect(compactVerify(`${token.slice(0, -2)}AA`, key)).rejects.toThrow();
  });

  it('verifies proofs and assertions under the key that they carry', async () => {
    const signer = newSigner();
    const assertion = assertionBy(signer, {
      sessionKey: signer.keyId,
      nowSeconds: clock.seconds,
      nonce: 'n',
    });
    for (const text of [proofBy(signer, { htu: issuer, iat: clock.seconds }), assertion]) {
      await expect(jwtVerify(text, EmbeddedJWK, { currentDate })).resolves.toBeDefined();
    }
  });

  it('verifies the statement about the feed key under the pinned anchor', async () => {
    const [anchor, feed] = [newSigner(), newSigner()];
    const destinations = destinationKeys;
    const parts = { issuer, dev: true, anchor, feed, destinations, now: () => clock.now() };
    const opening = openings(parts);
    const { kind } = SubscribeResponse.decode(opening.make(resourceOf(), new Uint8Array(16)));
    const statement = kind?.$case === 'opening' ? kind.value.feedKeyStatement : '';
    const { payload, protectedHeader } = await jwtVerify(statement, EmbeddedJWK, {
      issuer,
      typ: feedKeyStatementType,
      algorithms: ['ES256'],
      currentDate,
      maxTokenAge: 86_400,
    });
    expect(await calculateJwkThumbprint(protectedHeader.jwk as JWK)).toBe(anchor.keyId);
    expect(payload).toEqual({
      iss: issuer,
      iat: clock.seconds,
      exp: clock.seconds + 86_400,
      cnf: { jwk: feed.jwk },
      dev: true,
    });
    expect(base64url.decode(feed.keyId)).toHaveLength(32);
  });
});
