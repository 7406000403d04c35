import { beforeEach, describe, expect, it } from 'vitest';
import { refusalReply } from '../doubles/replies.js';
import { type Stage, setStage } from '../doubles/stage.js';

const sessions = 60;

let stage: Stage;
beforeEach(() => {
  stage = setStage({ streams: true });
  // Evenly spread, so that the figures are those of the pauses and not of luck.
  let drawn = 0;
  stage.entropy.fraction = () => {
    drawn += 1;
    return (drawn * goldenShare) % 1;
  };
});

const goldenShare = 0.618_033_988_749;
const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

/** Milliseconds after the broker's return at which each session first reached it. */
async function returnsAfter(awayMillis: number): Promise<readonly number[]> {
  for (let at = 0; at < sessions; at += 1) await stage.open();
  stage.transport.away = true;
  stage.transport.breakStreams();
  await stage.clock.advance(awayMillis);
  const backAtMillis = stage.clock.monotonicMillis();
  const first: number[] = [];
  const opened = stage.broker.openStream.bind(stage.broker);
  stage.broker.openStream = (call, listener) => {
    first.push(stage.clock.monotonicMillis() - backAtMillis);
    return opened(call, listener);
  };
  stage.transport.away = false;
  await stage.clock.advance(60_000);
  return first;
}

/** The most that came within so many milliseconds, as a share of all. */
function peakShare(moments: readonly number[], windowMillis: number): number {
  const within = (from: number) =>
    moments.filter((at) => at >= from && at < from + windowMillis).length;
  return Math.max(...moments.map(within)) / moments.length;
}

describe('many sessions whose broker comes back', () => {
  // breaks when: the pauses of a lost stream are not jittered, or do not grow
  it.each([
    { awayMillis: 2_000, windowMillis: 100, peak: 0.2, withinMillis: 6_000 },
    { awayMillis: 30_000, windowMillis: 1_000, peak: 0.2, withinMillis: 45_000 },
    { awayMillis: 300_000, windowMillis: 1_000, peak: 0.15, withinMillis: 45_000 },
  ])(
    'are spread after $awayMillis ms, and all back in time',
    async ({ awayMillis, windowMillis, peak, withinMillis }) => {
      const moments = await returnsAfter(awayMillis);
      expect(moments).toHaveLength(sessions);
      expect(Math.max(...moments)).toBeLessThan(withinMillis);
      expect(peakShare(moments, windowMillis)).toBeLessThanOrEqual(peak);
    },
  );

  // breaks when: the pause that the broker asks for is taken as it is
  it('are spread as well when the broker asks all of them for the same pause', async () => {
    const opened: number[] = [];
    for (let at = 0; at < sessions; at += 1) await stage.open();
    for (const stream of stage.broker.streams)
      stream.end(refusalReply('rate_limited', { retryAfterMillis: 10_000 }));
    const before = stage.clock.monotonicMillis();
    const open = stage.broker.openStream.bind(stage.broker);
    stage.broker.openStream = (call, listener) => {
      opened.push(stage.clock.monotonicMillis() - before);
      return open(call, listener);
    };
    await stage.clock.advance(20_000);
    expect(opened).toHaveLength(sessions);
    expect(Math.min(...opened)).toBeGreaterThanOrEqual(10_000);
    expect(peakShare(opened, 500)).toBeLessThanOrEqual(0.15);
  });

  // breaks when: the tries of a call do not draw their pauses, each its own
  it('ask for tokens at moments of their own', async () => {
    const open = await Promise.all(Array.from({ length: sessions }, () => stage.open()));
    stage.transport.away = true;
    stage.transport.breakStreams();
    const asked = open.map((session) => session.token(crm).catch((error: unknown) => error));
    await stage.clock.advance(400);
    const backAtMillis = stage.clock.monotonicMillis();
    const moments: number[] = [];
    const handle = stage.broker.handle.bind(stage.broker);
    stage.broker.handle = (call) => {
      moments.push(stage.clock.monotonicMillis() - backAtMillis);
      return handle(call);
    };
    stage.transport.away = false;
    await stage.clock.advance(10_000);
    const tokens = await Promise.all(asked);
    expect(tokens.filter((token) => token instanceof Error)).toEqual([]);
    expect(peakShare(moments, 50)).toBeLessThanOrEqual(0.25);
  });
});
