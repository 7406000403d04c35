import { Strictness } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { DestinationKey } from './destinations.js';
import { Feed, type FeedOptions, type WireOpening } from './feed.js';
import { newEcKey, signJws } from './grpc/ec-key.js';
import { systemEntropy } from './runtime/entropy.js';
import { testClock } from './support/test-clock.js';
import {
  cutEntry,
  newHandle,
  signedFrame,
  TestIssuer,
  wireDecoders,
} from './support/test-issuer.js';

const nonce = systemEntropy.bytes(16);

function parts(options: Partial<FeedOptions> = {}) {
  const clock = testClock();
  const issuer = new TestIssuer(clock);
  const feed = new Feed({
    issuer: issuer.issuer,
    anchor: issuer.anchor.thumbprint,
    decoders: wireDecoders,
    clock,
    ...options,
  });
  return { clock, issuer, feed };
}

async function openParts(options: Partial<FeedOptions> = {}) {
  const opened = parts(options);
  const { feed, issuer } = opened;
  expect((await feed.open(issuer.opening(nonce), nonce)).ok).toBe(true);
  expect((await feed.receive(issuer.snapshot())).ok).toBe(true);
  return opened;
}

async function openFault(feed: Feed, opening: WireOpening): Promise<string> {
  const opened = await feed.open(opening, nonce);
  return opened.ok ? 'ok' : opened.error;
}

/** A statement about the feed key with changed claims and header. */
function statement(issuer: TestIssuer, claims: object = {}, header: object = {}): string {
  const iat = Math.floor(issuer.clock.now() / 1_000);
  const good = { iss: issuer.issuer, iat, exp: iat + 60, cnf: { jwk: issuer.feedKey.jwk } };
  const typ = 'creance-feed-key+jwt';
  return signJws(
    { alg: 'ES256', typ, jwk: issuer.anchor.jwk, ...header },
    { ...good, ...claims },
    issuer.anchor,
  );
}

describe('Feed.open', () => {
  it('takes an opening under the pinned anchor and gives the settings', async () => {
    const { feed, issuer } = parts({ resource: 'crm' });
    const opened = await feed.open(issuer.opening(nonce), nonce);
    expect(opened).toEqual({
      ok: true,
      value: {
        resource: 'crm',
        audience: issuer.audience,
        strictness: 'strict',
        maxStaleSeconds: 10,
        heartbeatSeconds: 2,
        destinationKey: expect.any(DestinationKey),
      },
    });
  });

  it('takes a key of destinations that is one, and none from a broker that has none', async () => {
    const openedWith = (bytes: number) => {
      const { feed, issuer } = parts();
      const changes = { destinationKey: Buffer.alloc(bytes, 1) };
      return feed.open(issuer.opening(nonce, changes), nonce);
    };
    for (const bytes of [1, 16, 31, 33]) {
      expect(await openedWith(bytes)).toEqual({ ok: false, error: 'settings_malformed' });
    }
    expect(await openedWith(0)).toMatchObject({ ok: true, value: { destinationKey: undefined } });
  });

  it.each<[string, string, (issuer: TestIssuer) => string]>([
    ['feed_key_expired', 'that has ended', (i) => statement(i, { exp: i.clock.now() / 1_000 })],
    ['feed_key_expired', 'from the future', (i) => statement(i, { iat: 1_785_000_006 })],
    [
      'feed_key_other_issuer',
      'of another issuer',
      (i) => statement(i, { iss: 'https://b.example' }),
    ],
    ['feed_key_invalid', 'without a key', (i) => statement(i, { cnf: {} })],
    ['feed_key_invalid', 'without an end', (i) => statement(i, { exp: undefined })],
    ['feed_key_invalid', 'of another type', (i) => statement(i, {}, { typ: 'at+jwt' })],
    ['feed_key_invalid', 'with a key url', (i) => statement(i, {}, { jku: 'https://x.example' })],
    ['feed_key_invalid', 'with alg none', (i) => statement(i, {}, { alg: 'none' })],
    [
      'feed_key_invalid',
      'with another signature',
      (i) => statement(i).replace(/.{9}$/, 'AAAAAAAAA'),
    ],
    ['dev_mismatch', 'of a development broker', (i) => statement(i, { dev: true })],
    ['feed_key_invalid', 'with a flag that is none', (i) => statement(i, { dev: 'no' })],
  ])('gives %s for a statement %s', async (fault, _name, make) => {
    const { feed, issuer } = parts();
    const good = { ...issuer.opening(nonce), feedKeyStatement: statement(issuer) };
    expect(await openFault(feed, { ...good, feedKeyStatement: make(issuer) })).toBe(fault);
    expect(await openFault(feed, good)).toBe('ok');
  });

  it('refuses a production broker that claims a development issuer', async () => {
    const clock = testClock();
    const issuer = new TestIssuer(clock);
    const dev = 'https://dev.abc123.invalid';
    const anchor = issuer.anchor.thumbprint;
    const feed = new Feed({ issuer: dev, anchor, decoders: wireDecoders, clock });
    const feedKeyStatement = statement(issuer, { iss: dev });
    const opening = { ...issuer.opening(nonce, { issuer: dev }), feedKeyStatement };
    expect(await openFault(feed, opening)).toBe('dev_mismatch');
    const honest = { ...opening, feedKeyStatement: statement(issuer, { iss: dev, dev: true }) };
    expect(await openFault(feed, honest)).toBe('ok');
  });

  // breaks when: the thumbprint of the statement's key is not compared with the pinned anchor.
  it('distrusts everything after an opening by another anchor, until a good one', async () => {
    const { feed, issuer } = await openParts();
    const forged = issuer.opening(nonce, {}, newEcKey());
    expect(await openFault(feed, forged)).toBe('anchor_mismatch');
    expect(feed.isDistrusted).toBe(true);
    expect((await feed.receive(issuer.heartbeat())).ok).toBe(false);
    expect(await openFault(feed, issuer.opening(nonce))).toBe('ok');
    expect(feed.isDistrusted).toBe(false);
  });

  it.each<[string, string, Parameters<TestIssuer['opening']>[1]]>([
    ['settings_replayed', 'that answer another nonce', { nonce: Buffer.alloc(16) }],
    ['settings_replayed', 'that answer a shorter nonce', { nonce: Buffer.from(nonce.slice(1)) }],
    ['settings_other_issuer', 'of another issuer', { issuer: 'https://b.example' }],
    ['settings_other_resource', 'of another resource', { resource: 'mail' }],
    ['settings_malformed', 'without an audience', { audience: '' }],
    ['settings_malformed', 'of no strictness', { strictness: 0 }],
    ['settings_malformed', 'that never grow stale', { maxStaleSeconds: 0 }],
    ['settings_malformed', 'that grow stale in a year', { maxStaleSeconds: 31_536_000 }],
  ])('gives %s for settings %s', async (fault, _name, changes) => {
    const { feed, issuer } = parts({ resource: 'crm' });
    expect(await openFault(feed, issuer.opening(nonce, changes))).toBe(fault);
    expect(feed.settings).toBeUndefined();
    expect(await openFault(feed, issuer.opening(nonce))).toBe('ok');
  });

  it('refuses settings that the feed key has not signed', async () => {
    const { feed, issuer } = parts();
    const loose = { strictness: Strictness.STRICTNESS_BEST_EFFORT };
    const { settings } = issuer.opening(nonce, loose);
    const mixed = { ...issuer.opening(nonce), settings };
    expect(await openFault(feed, mixed)).toBe('settings_signature_invalid');
  });
});

describe('Feed.receive', () => {
  it('applies a signed frame and tells its listeners', async () => {
    const { feed, issuer } = await openParts();
    const changes: string[] = [];
    const stop = feed.onChange(({ kind }) => changes.push(kind));
    await feed.receive(issuer.delta([cutEntry(newHandle())]));
    await feed.receive(issuer.heartbeat());
    stop();
    await feed.receive(issuer.heartbeat());
    expect(changes).toEqual(['added', 'confirmed']);
    expect(feed.view.revision).toBe(issuer.head);
  });

  it('refuses frames before an opening, by another key, and after the key has ended', async () => {
    const { feed, issuer, clock } = parts();
    expect(await feed.receive(issuer.snapshot())).toEqual({ ok: false, error: 'frame_other_key' });
    await feed.open(issuer.opening(nonce), nonce);
    const { frame } = issuer.snapshot();
    const other = signedFrame(frame, newEcKey());
    expect(await feed.receive(other)).toEqual({ ok: false, error: 'frame_other_key' });
    const forged = { ...other, keyId: issuer.feedKey.thumbprint };
    expect(await feed.receive(forged)).toEqual({ ok: false, error: 'frame_signature_invalid' });
    clock.advance(86_400_000);
    expect(await feed.receive(issuer.snapshot())).toEqual({ ok: false, error: 'feed_key_expired' });
    expect(feed.view.isWhole).toBe(false);
  });

  it('refuses bytes that are no frame, though they are signed', async () => {
    const { feed, issuer } = await openParts();
    const junk = signedFrame(new Uint8Array([0xff, 0xff]), issuer.feedKey);
    expect(await feed.receive(junk)).toEqual({ ok: false, error: 'frame_malformed' });
  });

  it('refuses a settings signature in place of a frame signature', async () => {
    const { feed, issuer } = await openParts();
    const { settings, settingsSignature } = issuer.opening(nonce);
    const confused = {
      frame: settings,
      signature: settingsSignature,
      keyId: issuer.feedKey.thumbprint,
    };
    expect(await feed.receive(confused)).toEqual({ ok: false, error: 'frame_signature_invalid' });
  });

  // breaks when: freshness counts from the arrival of a frame alone.
  it('counts a frame that was held back on its way as old', async () => {
    const { feed, issuer, clock } = await openParts();
    const held = issuer.heartbeat();
    clock.advance(60_000);
    const applied = await feed.receive(held);
    expect(applied.ok && Math.round(applied.value.lagMillis)).toBe(60_000);
    expect(feed.view.ageMillis(clock.monotonicMillis())).toBeGreaterThan(54_999);
    await feed.receive(issuer.heartbeat());
    expect(feed.view.ageMillis(clock.monotonicMillis())).toBe(0);
  });

  // breaks when: Feed.open does not begin a subscription in the view.
  it('hears a broker whose clock was set back once it has opened again', async () => {
    const { feed, issuer, clock } = await openParts();
    const madeAtUnixMicros = BigInt((clock.now() - 30_000) * 1_000);
    const back = () => issuer.delta([cutEntry(newHandle())], { madeAtUnixMicros });
    expect(await feed.receive(back())).toEqual({ ok: false, error: 'frame_replayed' });
    await feed.open(issuer.opening(nonce), nonce);
    expect((await feed.receive(issuer.snapshot())).ok).toBe(true);
    await feed.open(issuer.opening(nonce), nonce);
    expect((await feed.receive(back())).ok).toBe(true);
    expect(feed.view.revision).toBe(issuer.head);
  });

  it('does not grow younger by a frame of an earlier subscription', async () => {
    const { feed, issuer, clock } = await openParts();
    const old = issuer.heartbeat();
    await feed.receive(old);
    clock.advance(60_000);
    await feed.open(issuer.opening(nonce), nonce);
    await feed.receive(old);
    expect(feed.view.ageMillis(clock.monotonicMillis())).toBeGreaterThan(54_999);
  });

  it('forgives clocks that differ by 5 s', async () => {
    const { feed, issuer, clock } = await openParts();
    clock.stepWall(5_000);
    const held = issuer.heartbeat();
    clock.stepWall(-5_000);
    await feed.receive(held);
    expect(feed.view.ageMillis(clock.monotonicMillis())).toBe(0);
  });
});
