import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutEntry, newHandle, signedFrame } from '../support/test-issuer.js';
import { newEcKey } from './ec-key.js';
import type { FakeBroker } from './fake-broker.js';
import { FakePlace, hastyClock } from './fake-place.js';

let place: FakePlace;
let broker: FakeBroker;
beforeEach(async () => {
  place = await FakePlace.open();
  broker = place.broker;
});
afterEach(() => place.close());

const startReady: FakePlace['startReady'] = (options) => place.startReady(options);
const verdict: FakePlace['verdict'] = (verifier) => place.verdict(verifier);

const eventually = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 10 });
const kinds = () => place.events.map(({ kind }) => kind);

describe('a joined verifier', () => {
  it('acknowledges what it enforces, several frames in one', async () => {
    await startReady();
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    const before = broker.acknowledged.length;
    for (let at = 0; at < 50; at += 1)
      broker.broadcast(broker.issuer.delta([cutEntry(newHandle())]));
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    expect(broker.acknowledged.length - before).toBeLessThan(50);
  });

  it('goes on after the revision that it holds when the stream breaks', async () => {
    await startReady();
    const held = broker.issuer.head;
    broker.stop();
    await broker.listen();
    await eventually(() => broker.of('Subscribe').length).toBeGreaterThan(1);
    expect(broker.of('Subscribe').at(-1)?.afterRevision).toBe(held);
    expect(kinds()).toContain('disconnected');
  });

  // breaks when: a broken link does not set #wantsSnapshot.
  it('asks for a snapshot after a gap', async () => {
    const verifier = await startReady();
    broker.issuer.delta([cutEntry(broker.issuer.session)]);
    broker.broadcast(broker.issuer.delta([cutEntry(newHandle())]));
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(broker.of('Subscribe').map(({ afterRevision }) => afterRevision)).toEqual([0, 0]);
    expect(place.events).toContainEqual({ kind: 'refused', fault: 'broken_link' });
    await eventually(() => verdict(verifier)).toBe('ok');
  });

  // breaks when: Subscription does not look at how late a heartbeat comes, or at how long it has lasted.
  it('subscribes anew when even what has just come is old, and is young again by that', async () => {
    broker.issuer.steadyMicros = 1_000_000n;
    const speed = 50;
    const clock = { ...hastyClock, monotonicMillis: () => hastyClock.monotonicMillis() * speed };
    const verifier = await startReady({ clock });
    await eventually(() => verifier.status().ageMillis).toBeGreaterThan(8_000);
    // Made when the Opening was, by the steady clock of the broker.
    broker.broadcast(broker.issuer.heartbeat());
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(broker.of('Subscribe')[1]?.afterRevision).toBe(broker.issuer.head);
    expect(place.events.filter(({ kind }) => kind === 'refused')).toEqual([]);
    await eventually(() => verifier.status().ageMillis).toBeLessThan(5_000);
  });

  it('comes back when the broker asks, after the revision that it holds', async () => {
    await startReady();
    broker.resync();
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(broker.of('Subscribe')[1]?.afterRevision).toBe(broker.issuer.head);
    expect(broker.of('OpenSession')).toHaveLength(2);
  });

  it('applies no forged frame, and leaves the stream that brought it', async () => {
    const verifier = await startReady();
    const { frame } = broker.issuer.delta([cutEntry(broker.issuer.session)]);
    const forged = { ...signedFrame(frame, newEcKey()), keyId: broker.issuer.feedKey.thumbprint };
    broker.broadcast(forged);
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(place.events).toContainEqual({ kind: 'refused', fault: 'frame_signature_invalid' });
    expect(await verdict(verifier)).toBe('ok');
  });

  it('takes no frame twice, and stays', async () => {
    await startReady();
    const frame = broker.issuer.delta([cutEntry(newHandle())]);
    broker.broadcast(frame);
    broker.broadcast(frame);
    await eventually(() => place.events).toContainEqual({
      kind: 'refused',
      fault: 'frame_replayed',
    });
    broker.broadcast(broker.issuer.delta([cutEntry(newHandle())]));
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    expect(broker.of('Subscribe')).toHaveLength(1);
  });

  it('refuses everything when another anchor vouches for the feed, and says so', async () => {
    const verifier = await startReady();
    broker.anchor = newEcKey();
    broker.resync();
    await eventually(kinds).toContain('anchor_mismatch');
    expect(await verdict(verifier)).toBe('feed_distrusted');
    broker.anchor = broker.issuer.anchor;
    await eventually(() => verdict(verifier)).toBe('ok');
  });

  it.each(['session_revoked', 'session_expired', 'session_unknown'] as const)(
    'opens another session after %s',
    async (reason) => {
      const verifier = await startReady();
      broker.refusals['Subscribe'] = [reason];
      broker.resync();
      await eventually(() => broker.of('OpenSession').length).toBe(4);
      await eventually(() => broker.streams.length).toBe(1);
      expect(place.events).toContainEqual({ kind: 'disconnected', code: reason });
      expect(await verdict(verifier)).toBe('ok');
    },
  );

  it('takes the nonce of a broker that started again', async () => {
    await startReady();
    broker.nonce = 'nonce-2';
    broker.refusals['Subscribe'] = ['nonce_required'];
    broker.resync();
    await eventually(() => broker.of('Subscribe').length).toBe(3);
    const nonces = broker.of('Subscribe').map(({ proof }) => proof?.nonce);
    expect(nonces).toEqual(['nonce-1', 'nonce-1', 'nonce-2']);
  });

  it('renews its session at a third of the idle time, and opens another when it is lost', async () => {
    broker.idleSeconds = 1;
    await startReady();
    await eventually(() => broker.of('RenewSession').length).toBeGreaterThan(1);
    broker.refusals['RenewSession'] = ['session_ended'];
    await eventually(() => broker.of('OpenSession').length).toBe(4);
  });

  // breaks when: the watchdog is not set again, or does not redial.
  it('takes a new connection when nothing comes (F-16), and tells that it is stale', async () => {
    await startReady({ clock: hastyClock });
    broker.isMute = true;
    await eventually(() => place.events).toContainEqual({ kind: 'disconnected', code: 'SILENT' });
    await eventually(() => broker.of('Subscribe').length).toBeGreaterThan(1);
    broker.isMute = false;
    await eventually(() => broker.streams.length).toBeGreaterThan(0);
  });

  it('ends its session when it is closed, and calls nobody any more', async () => {
    const verifier = await startReady();
    await verifier.close();
    expect(broker.of('EndSession')).toHaveLength(1);
    expect(broker.of('EndSession')[0]?.proof?.contentDigest).toMatch(/^sha-256=:/);
    expect(await verdict(verifier)).toBe('verifier_closed');
    const calls = broker.calls.length;
    broker.stop();
    await broker.listen();
    expect(broker.calls.length).toBe(calls);
  });
});
