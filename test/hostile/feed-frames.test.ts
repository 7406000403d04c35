import type { FrameKind } from '@creance/proto/wire';
import type { WireSignedFrame } from '@creance/verifier';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { changed, flipped, Line, step } from '../support/faulty-line.js';
import { Mint } from '../support/mint.js';
import { cutTarget } from '../support/mint-feed.js';
import { freshHandle, MintKey } from '../support/mint-key.js';

const fresh = () => cutTarget(freshHandle());

describe('frames that are not what they seem (F-18)', () => {
  let mint: Mint;
  beforeEach(async () => {
    mint = await Mint.open();
  });

  /** A frame that would cut the session of the mint, made bad in one way. */
  const rows: [string, (m: Mint, good: WireSignedFrame) => WireSignedFrame, string][] = [
    [
      'unsigned',
      (_m, good) => ({ ...good, signature: new Uint8Array(0) }),
      'frame_signature_invalid',
    ],
    [
      'signed with zeros',
      (_m, good) => ({ ...good, signature: new Uint8Array(64) }),
      'frame_signature_invalid',
    ],
    [
      'signed by another key under the name of ours',
      (m, good) => ({ ...changed(good, {}, new MintKey()), keyId: m.feedKey.thumbprint }),
      'frame_signature_invalid',
    ],
    ['signed by another key', (_m, good) => changed(good, {}, new MintKey()), 'frame_other_key'],
    ['signed by the anchor', (m, good) => changed(good, {}, m.anchor), 'frame_other_key'],
    ['signed by the token key', (m, good) => changed(good, {}, m.tokenKey), 'frame_other_key'],
    [
      'signed without the domain',
      (m, good) => ({ ...good, signature: m.feedKey.sign(good.frame) }),
      'frame_signature_invalid',
    ],
    [
      'signed as settings',
      (m, good) => ({
        ...good,
        signature: m.feedKey.sign(
          Buffer.concat([Buffer.from('creance-settings-v1\0'), good.frame]),
        ),
      }),
      'frame_signature_invalid',
    ],
    [
      'with a byte changed',
      (_m, good) => ({ ...good, frame: flipped(good.frame, 9) }),
      'frame_signature_invalid',
    ],
    [
      'with a byte behind it',
      (_m, good) => ({ ...good, frame: Buffer.concat([good.frame, Buffer.from([0])]) }),
      'frame_signature_invalid',
    ],
    [
      'of another issuer',
      (m, good) => changed(good, { issuer: 'https://evil.example' }, m.feedKey),
      'frame_other_issuer',
    ],
    [
      'of an old revision',
      (m, good) => changed(good, { previousRevision: BigInt(m.head) - 5n }, m.feedKey),
      'broken_link',
    ],
    [
      'from the time before',
      (m, good) => changed(good, { madeAtUnixMicros: 1n }, m.feedKey),
      'frame_replayed',
    ],
    [
      'of an unknown kind',
      (m, good) => changed(good, { kind: 9 as FrameKind }, m.feedKey),
      'frame_malformed',
    ],
    ['that goes back', (m, good) => changed(good, { revision: 1n }, m.feedKey), 'frame_malformed'],
  ];

  // breaks when: Feed.receive does not wait for its signature check.
  it.each(rows)('refuses a frame %s', async (_name, make, fault) => {
    const token = mint.token();
    const good = mint.delta([cutTarget(mint.session)]);
    const refused = await mint.feed.receive(make(mint, good));
    expect(refused.ok ? 'ok' : refused.error).toBe(fault);
    // What a genuine frame cuts is cut, whatever is missing before it.
    expect(await mint.sendToken(token)).toBe(fault === 'broken_link' ? 'token_cut' : 'ok');
    // The very frame passes as it was made; after a broken link only a snapshot does.
    if (fault === 'broken_link') await mint.catchUp([cutTarget(mint.session)]);
    else expect(await mint.feed.receive(good)).toMatchObject({ ok: true });
    expect(await mint.sendToken(token)).toBe('token_cut');
  });

  it('does not grow younger by frames that are replayed', async () => {
    const beat = mint.heartbeat();
    expect((await mint.feed.receive(beat)).ok).toBe(true);
    for (let second = 0; second < 11; second += 1) {
      mint.pass(1);
      expect(await mint.feed.receive(beat)).toEqual({ ok: false, error: 'frame_replayed' });
    }
    expect(await mint.send()).toBe('feed_stale');
    await mint.feed.receive(mint.heartbeat());
    expect(await mint.send()).toBe('ok');
  });

  it('takes no opening of another subscription', async () => {
    const nonce = new Uint8Array(16).fill(1);
    const captured = mint.opening(nonce);
    const refused = await mint.feed.open(captured, new Uint8Array(16).fill(2));
    expect(refused).toEqual({ ok: false, error: 'settings_replayed' });
    // A feed without an opening takes no frame.
    expect((await mint.feed.receive(mint.heartbeat())).ok).toBe(false);
  });
});

describe('a feed with faults (F-17)', () => {
  // breaks when: View.apply skips the comparison of `previous`, or Cuts forgets `absolute`.
  it('never disagrees with the log, and is whole again after a snapshot: 10,000 faults', async () => {
    let total = 0;
    const history = fc.array(step, { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const line = new Line();
        await line.open();
        for (const each of steps) {
          await line.step(each);
          expect(line.agrees()).toBe(true);
          const { revision } = line.feed.view;
          expect(revision).toBeLessThanOrEqual(line.broker.head);
          const isPlain = each.fault === 'none' && each.snapshotFault === 'none';
          if (isPlain && !line.needsResync) expect(revision).toBe(line.broker.head);
        }
        line.needsResync = true;
        await line.step({ cuts: 1, absolute: true, fault: 'none', snapshotFault: 'none', salt: 1 });
        expect(line.needsResync).toBe(false);
        expect(line.feed.view.revision).toBe(line.broker.head);
        expect(line.agrees()).toBe(true);
        total += line.faults;
      }),
      { numRuns: 260, seed: 20_261_124 },
    );
    expect(total).toBeGreaterThanOrEqual(10_000);
  });

  // breaks when: Line above counts a gap as no fault; the view itself must ask for a resync.
  it('asks for a snapshot after every gap, and for none after a duplicate', async () => {
    const line = new Line();
    await line.open();
    await line.feed.receive(line.broker.snapshot());
    const [one, two, three] = [0, 1, 2].map(() => line.broker.delta([fresh()]));
    if (!one || !two || !three) throw new Error('no frames');
    const verdicts: string[] = [];
    for (const frame of [one, one, three, two, one]) {
      const applied = await line.feed.receive(frame);
      verdicts.push(applied.ok ? applied.value.change.kind : applied.error);
    }
    expect(verdicts).toEqual([
      'added',
      'frame_replayed',
      'broken_link',
      'frame_replayed',
      'frame_replayed',
    ]);
  });
});
