import type { Revision, Thumbprint } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedEntry, FeedFrame } from './frame.js';
import { feedKeysRememberedMax } from './limits.js';
import { newHandle } from './support/test-issuer.js';
import { View } from './view.js';

const issuer = 'https://creance.example.internal';
let view: View;
let madeAtMicros: number;

function frame(kind: FeedFrame['kind'], revision: number, parts: object = {}): FeedFrame {
  madeAtMicros += 1;
  const [at, previous] = [revision as Revision, (kind === 'snapshot' ? 0 : revision) as Revision];
  const rest = { madeAtMicros, floor: 0 as Revision, part: 0, isLastPart: true, entries: [] };
  return { issuer, kind, previous, revision: at, ...rest, ...parts };
}

function apply(next: FeedFrame, by: string | number = 1, asOfMillis = 2_000): string {
  const applied = view.apply(next, { feedKey: `feed key ${by}` as Thumbprint, asOfMillis });
  return applied.ok ? applied.value.kind : applied.error;
}

const cut = (revision: number): FeedEntry => ({
  kind: 'handle',
  revision: revision as Revision,
  handle: newHandle(),
  absolute: false,
});

beforeEach(() => {
  [view, madeAtMicros] = [new View(issuer), 0];
});

describe('a view that is none yet', () => {
  // breaks when: `isWhole` is not asked for: a heartbeat at zero would make an empty view fresh
  it.each(['delta', 'heartbeat'] as const)('takes no %s for one', (kind) => {
    expect(apply(frame(kind, 0))).toBe('broken_link');
    expect(view.ageMillis(2_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the parts of a snapshot', () => {
  const part = (at: number, entries: FeedEntry[], isLastPart = false) =>
    apply(frame('snapshot', 20, { part: at, entries, isLastPart }));

  // breaks when: the last entry of a part is forgotten by one without entries
  it('ascend, also over a part that is empty', () => {
    const parts = (last: number) => [part(0, [cut(15)]), part(1, []), part(2, [cut(last)], true)];
    expect(parts(15)).toEqual(['part', 'part', 'broken_link']);
    expect(parts(16)).toEqual(['part', 'part', 'replaced']);
    expect(view.size).toBe(2);
  });

  it('begin with the first: no other part begins one', () => {
    expect(part(1, [cut(15)], true)).toBe('broken_link');
    expect(view.isWhole).toBe(false);
  });

  // breaks when: a part that fits nowhere leaves the parts before it in place
  it('are all dropped with one that does not fit', () => {
    part(0, [cut(15)]);
    expect(part(2, [cut(17)], true)).toBe('broken_link');
    expect(part(1, [cut(16)], true)).toBe('broken_link');
  });

  // breaks when: the floor of a snapshot is not raised
  it('bring a floor with them', () => {
    apply(frame('snapshot', 20, { floor: 12 }));
    expect(view.floor).toBe(12);
    expect(view.faultOf([newHandle()], 11 as Revision)).toBe('token_below_floor');
  });

  it('make the view no younger than they are, and never older than it was', () => {
    apply(frame('snapshot', 20), 1, 2_000);
    apply(frame('snapshot', 20), 1, 1_000);
    expect(view.ageMillis(2_500)).toBe(500);
    apply(frame('snapshot', 20), 1, 2_400);
    expect(view.ageMillis(2_500)).toBe(100);
  });
});

describe('the times of frames', () => {
  const madeAt = (micros: number, by: string | number) =>
    apply(frame('heartbeat', 20, { madeAtMicros: micros }), by);

  beforeEach(() => {
    apply(frame('snapshot', 20), 'first');
  });

  // breaks when: the bound is off by one, or drops the newest
  it(`are remembered of ${feedKeysRememberedMax} feed keys, those that spoke last`, () => {
    for (let by = 1; by < feedKeysRememberedMax; by += 1) madeAt(500, by);
    expect(madeAt(1, 'first')).toBe('frame_replayed');
    // It has spoken again, so that the others have not spoken for longer.
    madeAt(600, 'first');
    madeAt(500, 'one more');
    expect(madeAt(600, 'first')).toBe('frame_replayed');
    expect(madeAt(500, 2)).toBe('frame_replayed');
    expect(madeAt(400, 1)).toBe('confirmed');
  });

  // breaks when: beginSubscription leaves the times, or the parts, of the one before
  it('begin anew with a subscription, with the parts of a snapshot', () => {
    madeAt(500, 1);
    apply(frame('snapshot', 30, { madeAtMicros: 501, isLastPart: false }));
    view.beginSubscription();
    expect(madeAt(400, 1)).toBe('confirmed');
  });

  // breaks when: a time is noted only once its frame has been applied
  it('count for a frame that does not fit, too', () => {
    expect(apply(frame('delta', 99, { madeAtMicros: 700 }))).toBe('broken_link');
    expect(madeAt(700, 1)).toBe('frame_replayed');
  });
});
