import { verify } from 'node:crypto';
import { decodeBase64url, parsePublicJwk } from '@creance/proto';
import { type Opening, Settings, Strictness, SubscribeResponse } from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { destinationKeys } from '../doubles/destinations.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { resourceOf } from '../doubles/registries.js';
import { newSigner } from '../doubles/signed.js';
import { importPublicKey, isSignedBy, type Signer, thumbprintOf } from '../tokens/signing-key.js';
import { frameDomain } from './frames.js';
import { feedKeyStatementType, type Openings, openings, settingsDomain } from './opening.js';

const issuer = 'https://creance.example.internal';
const nonce = new Uint8Array(16).fill(7);
let clock: FakeClock;
let anchorUses: number;
let anchor: Signer;
let feed: Signer;
let made: Openings;

beforeEach(() => {
  clock = new FakeClock();
  anchorUses = 0;
  feed = newSigner();
  const key = newSigner();
  anchor = {
    ...key,
    sign(bytes) {
      anchorUses += 1;
      return key.sign(bytes);
    },
  };
  const destinations = destinationKeys;
  const now = () => clock.now();
  made = openings({ issuer, dev: false, anchor, feed, destinations, now });
});

function openingOf(resource = resourceOf(), repeated: Uint8Array = nonce): Opening {
  const { kind } = SubscribeResponse.decode(made.make(resource, repeated));
  if (kind?.$case !== 'opening') throw new Error('no opening');
  return kind.value;
}

function statementOf(opening: Opening) {
  const [header = '', payload = '', mark = ''] = opening.feedKeyStatement.split('.');
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: parse(header), payload: parse(payload), text: `${header}.${payload}`, mark };
}

describe('the statement about the feed key', () => {
  it('is signed by the anchor, names the feed key, and says whether this is development', () => {
    const { header, payload, text, mark } = statementOf(openingOf());
    expect(header).toEqual({ alg: 'ES256', typ: feedKeyStatementType, jwk: anchor.jwk });
    expect(payload).toEqual({
      iss: issuer,
      iat: clock.seconds,
      exp: clock.seconds + 86_400,
      cnf: { jwk: feed.jwk },
      dev: false,
    });
    const jwk = parsePublicJwk(header.jwk);
    expect(jwk && thumbprintOf(jwk)).toBe(anchor.keyId);
    const key = importPublicKey(anchor.jwk);
    expect(key && isSignedBy(key, text, decodeBase64url(mark) as Uint8Array)).toBe(true);
  });

  it('is signed once an hour and not once a subscriber', () => {
    for (let subscriber = 0; subscriber < 50; subscriber += 1) openingOf();
    clock.advance(3_599);
    openingOf();
    expect(anchorUses).toBe(1);
    clock.advance(1);
    expect(statementOf(openingOf()).payload.iat).toBe(clock.seconds);
    expect(anchorUses).toBe(2);
  });

  // breaks when: the age is taken without its sign: then after a clock that ran ahead was set right, no
  // verifier takes the statement for up to an hour
  it('is never from the future of the broker', () => {
    openingOf();
    clock.stepWall(-1_800);
    expect(statementOf(openingOf()).payload.iat).toBe(clock.seconds);
  });
});

describe('the settings of a resource', () => {
  it('say what the manifest says, and repeat the nonce', () => {
    const resource = resourceOf({ strictness: 'bestEffort', maxStaleSeconds: 30 });
    expect(Settings.decode(openingOf(resource).settings)).toEqual({
      resource: 'crm',
      audience: 'https://crm.example.internal',
      strictness: Strictness.STRICTNESS_BEST_EFFORT,
      maxStaleSeconds: 30,
      heartbeatSeconds: limits.heartbeatSeconds,
      nonce: Buffer.from(nonce),
      issuer,
      destinationKey: destinationKeys.of('crm'),
    });
    const strict = Settings.decode(openingOf().settings);
    expect(strict.strictness).toBe(Strictness.STRICTNESS_STRICT);
  });

  // breaks when: the domain prefix is that of frames, or left out
  it('are signed by the feed key under their own domain', () => {
    const { settings, settingsSignature } = openingOf();
    const key = importPublicKey(feed.jwk);
    const isSigned = (domain: string) => {
      const signed = Buffer.concat([Buffer.from(domain, 'latin1'), settings]);
      return key && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, settingsSignature);
    };
    expect(isSigned('creance-settings-v1\0')).toBe(true);
    expect(settingsDomain).toBe('creance-settings-v1\0');
    expect(isSigned(frameDomain)).toBe(false);
    expect(isSigned('')).toBe(false);
  });

  it('are another resource for another resource, and another nonce for another nonce', () => {
    const mail = Settings.decode(openingOf(resourceOf({ name: 'mail' })).settings);
    // breaks when: one key serves every resource, whose verifiers could then guess each other's destinations
    expect(mail.destinationKey).toEqual(destinationKeys.of('mail'));
    expect(mail.destinationKey).not.toEqual(destinationKeys.of('crm'));
    expect([mail.resource, mail.audience]).toEqual(['mail', 'https://mail.example.internal']);
    const other = new Uint8Array(32).fill(8);
    expect(Settings.decode(openingOf(resourceOf(), other).settings).nonce).toEqual(
      Buffer.from(other),
    );
  });
});
