import { Frame } from '@creance/proto/wire';
import type { WireSignedFrame } from '@creance/verifier';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { FeedRig, RigVerifier } from '../support/feed-rig.js';
import { Mint } from '../support/mint.js';
import { cutTarget } from '../support/mint-feed.js';

// The age of a view by steady clocks: whoever holds frames back, replays them or sets a wall clock makes it
// neither younger than it is nor, where the frames come, older.

const maxStaleSeconds = 10;

describe('F-15 a way to the verifier that holds frames back', () => {
  let mint: Mint;
  beforeEach(async () => {
    mint = await Mint.open();
  });

  /** Frames of each second, each kept for so many seconds. */
  async function heldBack(seconds: number, holdOf: (second: number) => number) {
    const onTheWay: { readonly at: number; readonly frame: WireSignedFrame }[] = [];
    let refusedAt: number | undefined;
    for (let second = 1; second <= seconds; second += 1) {
      mint.pass(1);
      onTheWay.push({ at: second + holdOf(second), frame: mint.heartbeat() });
      while ((onTheWay[0]?.at ?? Infinity) <= second) {
        const frame = onTheWay.shift()?.frame as WireSignedFrame;
        expect((await mint.feed.receive(frame)).ok).toBe(true);
      }
      if ((await mint.send()) === 'feed_stale') refusedAt ??= second;
    }
    return refusedAt;
  }

  // breaks when: Feed.receive takes the moment of a frame's arrival, or forgives it the 5 s of the wall clocks
  it('is noticed when it holds each a second longer: strict refuses after maxStale, frames or not', async () => {
    // A frame of second n arrives at 2 n: in second t the newest is t / 2 old.
    const refusedAt = await heldBack(40, (second) => second);
    expect(refusedAt).toBeGreaterThan(maxStaleSeconds);
    expect(refusedAt).toBeLessThanOrEqual(2 * maxStaleSeconds + 2);
  });

  it('is noticed when it holds all of them for longer than maxStale', async () => {
    expect(await heldBack(30, () => maxStaleSeconds + 1)).toBe(maxStaleSeconds + 1);
  });

  it('costs nothing while it holds them for less', async () => {
    expect(await heldBack(60, () => 5)).toBeUndefined();
  });

  // breaks when: the moment counts from the arrival of the Opening
  it('makes a view no younger by holding the Opening back', async () => {
    const nonce = new Uint8Array(16).fill(3);
    const askedAtMillis = mint.monotonicMillis;
    const opening = mint.opening(nonce);
    const snapshot = mint.snapshot();
    mint.pass(8);
    expect((await mint.feed.open(opening, nonce, askedAtMillis)).ok).toBe(true);
    expect((await mint.feed.receive(snapshot)).ok).toBe(true);
    expect(await mint.send()).toBe('ok');
    mint.pass(3);
    expect(await mint.send()).toBe('feed_stale');
  });

  // breaks when: wallMoment is asked where there is a steady clock
  it.each([-3_600, 3_600])(
    'gains nothing by a wall clock of the broker that steps by %i s',
    async (step) => {
      mint.wallMillis += step * 1_000;
      expect((await mint.feed.receive(mint.heartbeat())).ok).toBe(true);
      mint.wallMillis -= step * 1_000;
      expect(await mint.send()).toBe('ok');
      const held = mint.delta([cutTarget(mint.session)], {
        madeAtUnixMicros: BigInt((mint.wallMillis + 7_200_000) * 1_000),
      });
      mint.pass(maxStaleSeconds + 1);
      expect(await mint.send()).toBe('feed_stale');
      const applied = await mint.feed.receive(held);
      expect(applied.ok && Math.round(applied.value.heldMillis)).toBe(
        (maxStaleSeconds + 1) * 1_000,
      );
    },
  );
});

describe('frames of another process of the broker', () => {
  let rig: FeedRig;
  let verifier: RigVerifier;
  beforeEach(async () => {
    vi.useFakeTimers();
    rig = new FeedRig();
    rig.cut('something');
    verifier = new RigVerifier(rig);
    rig.subscribe(verifier);
    await verifier.takeAll();
  });
  afterEach(() => {
    rig.close();
    vi.useRealTimers();
  });

  const beat = (seconds: number = limits.heartbeatSeconds) => {
    rig.clock.advance(seconds);
    vi.advanceTimersByTime(limits.heartbeatSeconds * 1_000);
  };

  // breaks when: anchoredMoment does not compare the clock's name
  it('do not keep a view young after a restart, however many were recorded', async () => {
    const recorded: Buffer[] = [];
    for (let each = 0; each < 20; each += 1) {
      beat();
      recorded.push(...verifier.inbox);
      await verifier.takeAll();
    }
    // Its machine was started anew, its wall clock set back: by neither clock are the frames from before.
    rig.bootedAtMillis = rig.clock.monotonicMillis();
    rig.clock.stepWall(-3_600);
    verifier.wallStepMillis = 3_600_000;
    rig.restart();
    rig.subscribe(verifier);
    await verifier.takeAll();
    for (const bytes of recorded) {
      rig.clock.advance(1);
      expect(await verifier.take(bytes)).toBe('frame_replayed');
    }
    expect(verifier.ageSeconds).toBeGreaterThanOrEqual(20);
  });

  // breaks when: anchoredMoment lets deltas and heartbeats from before the Opening pass
  it('nor do heartbeats of the same process from before the Opening', async () => {
    beat();
    const [early] = verifier.inbox.splice(0);
    rig.clock.advance(5);
    rig.subscribe(verifier);
    expect(await verifier.take(verifier.inbox.shift() as Buffer)).toBe('opened');
    expect(await verifier.take(early as Buffer)).toBe('frame_replayed');
    expect(await verifier.takeAll()).toEqual(['confirmed']);
    beat();
    expect(await verifier.takeAll()).toEqual(['confirmed']);
    expect(verifier.ageSeconds).toBe(0);
  });

  // breaks when: Feed asks the wall clock for ages while a subscription lasts
  it.each([-3_600, 3_600])(
    'a wall clock of the verifier that steps by %i s makes no view stale or young',
    async (step) => {
      verifier.wallStepMillis = step * 1_000;
      beat();
      expect(await verifier.takeAll()).toEqual(['confirmed']);
      expect(verifier.ageSeconds).toBe(0);
      rig.clock.advance(11);
      expect(verifier.ageSeconds).toBe(11);
    },
  );

  it('are judged by the wall clocks where an older broker tells no steady one', async () => {
    const old = await Mint.open();
    const nonce = new Uint8Array(16);
    expect((await old.feed.open(old.opening(nonce), nonce)).ok).toBe(true);
    const held = old.heartbeat({ clockId: undefined, madeAtSteadyMicros: undefined });
    old.pass(60);
    const applied = await old.feed.receive(held);
    expect(applied.ok && Math.round(applied.value.heldMillis)).toBe(55_000);
    expect(Frame.decode(held.frame).clockId).toBeUndefined();
  });

  it('are refused without a clock where the Opening has named one', async () => {
    const mint = await Mint.open();
    const bare = mint.heartbeat({ clockId: undefined, madeAtSteadyMicros: undefined });
    expect(await mint.feed.receive(bare)).toEqual({ ok: false, error: 'frame_replayed' });
    const half = mint.heartbeat({ clockId: undefined });
    expect(await mint.feed.receive(half)).toEqual({ ok: false, error: 'frame_malformed' });
  });
});
