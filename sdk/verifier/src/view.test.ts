import type { Handle, Revision, Thumbprint } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { FeedEntry, FeedFrame } from './frame.js';
import { newHandle } from './support/test-issuer.js';
import { View } from './view.js';

const issuer = 'https://creance.example.internal';
const feedKey = 'feed-key' as Thumbprint;
const keyId = 'k'.repeat(43) as Thumbprint;
let madeAtMicros = 0;
function frame(parts: Partial<Omit<FeedFrame, 'revision' | 'previous'>> & Positions): FeedFrame {
  madeAtMicros += 1;
  return {
    issuer,
    kind: 'delta',
    entries: [],
    madeAtMicros,
    floor: 0 as Revision,
    part: 0,
    isLastPart: true,
    ...parts,
    previous: (parts.previous ?? 0) as Revision,
    revision: parts.revision as Revision,
  };
}

interface Positions {
  readonly revision: number;
  readonly previous?: number;
}

const cut = (revision: number, handle: Handle, absolute = false): FeedEntry => ({
  kind: 'handle',
  revision: revision as Revision,
  handle,
  absolute,
});
const published = (revision: number): FeedEntry => ({
  kind: 'token-key',
  revision: revision as Revision,
  key: { keyId, jwk: { kty: 'EC', crv: 'P-256', x: '', y: '' }, retireAt: 9 },
});
const keyCut = (revision: number): FeedEntry => ({
  kind: 'key-cut',
  revision: revision as Revision,
  keyId,
});
const before = (revision: number, limit: number): FeedEntry => ({
  kind: 'before',
  revision: revision as Revision,
  before: limit as Revision,
});

/** A view that stands at revision 10 as of 1,000 ms. */
function viewAt10(entries: readonly FeedEntry[] = [], entriesMax = 1_000): View {
  const view = new View(issuer, entriesMax);
  const whole = frame({ kind: 'snapshot', revision: 10, entries });
  expect(view.apply(whole, { feedKey, asOfMillis: 1_000 }).ok).toBe(true);
  return view;
}

function apply(view: View, next: FeedFrame, asOfMillis = 2_000): string {
  const applied = view.apply(next, { feedKey, asOfMillis });
  return applied.ok ? applied.value.kind : applied.error;
}

const faultAt = (view: View, handle: Handle, rev: number) =>
  view.faultOf([handle], rev as Revision);

describe('View', () => {
  const handle = newHandle();

  it('is no view before the last part of a snapshot, and infinitely old', () => {
    const view = new View(issuer);
    const first = { kind: 'snapshot', revision: 10, isLastPart: false } as const;
    expect(apply(view, frame(first))).toBe('part');
    expect(view.isWhole).toBe(false);
    expect(view.ageMillis(2_000)).toBe(Number.POSITIVE_INFINITY);
    expect(apply(view, frame({ kind: 'snapshot', revision: 10, part: 1 }))).toBe('replaced');
    expect(view.isWhole).toBe(true);
    expect(view.ageMillis(2_500)).toBe(500);
  });

  it('keeps the old view in force until the last part is in', () => {
    const view = viewAt10([cut(5, handle)]);
    const other = newHandle();
    const parts = { kind: 'snapshot', revision: 20 } as const;
    apply(view, frame({ ...parts, isLastPart: false, entries: [cut(15, other)] }));
    expect(faultAt(view, handle, 1)).toBe('token_cut');
    expect(faultAt(view, other, 1)).toBeUndefined();
    apply(view, frame({ ...parts, part: 1, entries: [cut(16, newHandle())] }));
    expect(faultAt(view, other, 1)).toBe('token_cut');
    expect(faultAt(view, handle, 1)).toBeUndefined();
    expect(view.revision).toBe(20);
  });

  it.each([
    ['out of order', { part: 2, revision: 20, entries: [] }],
    ['of another snapshot', { part: 1, revision: 21, entries: [] }],
    ['that does not ascend', { part: 1, revision: 20, entries: [cut(15, handle)] }],
    ['that was sent before', { part: 0, revision: 9, entries: [] }],
  ])('refuses a part of a snapshot %s', (_name, { part, revision, entries }) => {
    const view = viewAt10();
    const first = { kind: 'snapshot', revision: 20, isLastPart: false } as const;
    apply(view, frame({ ...first, entries: [cut(15, newHandle())] }));
    const refused = apply(view, frame({ kind: 'snapshot', part, revision, entries }));
    expect(refused).toBe(revision < 10 ? 'rolled_back' : 'broken_link');
    expect(view.revision).toBe(10);
  });

  it('drops parts of a snapshot that another subscription has begun', () => {
    const view = viewAt10();
    apply(view, frame({ kind: 'snapshot', revision: 20, isLastPart: false }));
    view.forgetPending();
    expect(apply(view, frame({ kind: 'snapshot', revision: 20, part: 1 }))).toBe('broken_link');
  });

  // breaks when: View.apply does not compare `previous` with its revision.
  it('applies a delta only when it links to the revision of the view', () => {
    const view = viewAt10();
    const entries = [cut(12, handle)];
    expect(apply(view, frame({ previous: 11, revision: 12, entries }))).toBe('broken_link');
    expect(faultAt(view, handle, 1)).toBeUndefined();
    expect(apply(view, frame({ previous: 10, revision: 12, entries }))).toBe('added');
    expect(faultAt(view, handle, 11)).toBe('token_cut');
    expect(view.revision).toBe(12);
  });

  it('takes a delta between the parts of a snapshot for a broken link', () => {
    const view = viewAt10();
    apply(view, frame({ kind: 'snapshot', revision: 20, isLastPart: false }));
    expect(apply(view, frame({ previous: 10, revision: 12 }))).toBe('broken_link');
  });

  it('is confirmed by a heartbeat at its own revision, and by no other', () => {
    const view = viewAt10();
    const beat = { kind: 'heartbeat', previous: 10 } as const;
    expect(apply(view, frame({ ...beat, revision: 11 }))).toBe('broken_link');
    expect(apply(view, frame({ ...beat, previous: 9, revision: 9 }))).toBe('broken_link');
    expect(view.ageMillis(2_000)).toBe(1_000);
    expect(apply(view, frame({ ...beat, revision: 10 }))).toBe('confirmed');
    expect(view.ageMillis(2_000)).toBe(0);
  });

  it('never grows younger by a frame that tells of an older moment', () => {
    const view = viewAt10();
    expect(apply(view, frame({ previous: 10, revision: 11 }), 400)).toBe('added');
    expect(view.ageMillis(2_000)).toBe(1_000);
  });

  it('refuses a frame of another issuer', () => {
    const other = frame({ previous: 10, revision: 12, entries: [cut(12, handle)] });
    const view = viewAt10();
    expect(apply(view, { ...other, issuer: 'https://other.example' })).toBe('frame_other_issuer');
    expect(faultAt(view, handle, 1)).toBeUndefined();
  });

  // breaks when: `<=` becomes `<` in the comparison of made_at.
  it('refuses a frame that it has seen, for each feed key by itself', () => {
    const view = viewAt10();
    const beat = frame({ kind: 'heartbeat', previous: 10, revision: 10 });
    expect(apply(view, beat)).toBe('confirmed');
    expect(apply(view, beat)).toBe('frame_replayed');
    const other = { feedKey: 'other-feed-key' as Thumbprint, asOfMillis: 2_000 };
    expect(view.apply(beat, other).ok).toBe(true);
  });

  it('refuses a snapshot that stands behind it', () => {
    const view = viewAt10([cut(5, handle)]);
    expect(apply(view, frame({ kind: 'snapshot', revision: 9 }))).toBe('rolled_back');
    expect(faultAt(view, handle, 1)).toBe('token_cut');
  });

  it('refuses by revision what was issued before a cut, and not what came after', () => {
    const view = viewAt10([cut(5, handle)]);
    expect(faultAt(view, handle, 4)).toBe('token_cut');
    expect(faultAt(view, handle, 5)).toBeUndefined();
  });

  it('refuses an absolute cut whatever the revision', () => {
    expect(faultAt(viewAt10([cut(5, handle, true)]), handle, 9)).toBe('token_cut');
  });

  // breaks when: Cuts.#cut stores the new entry as it is.
  it('never lets a handle lose `absolute` or go back, by delta or by snapshot', () => {
    const view = viewAt10([cut(8, handle, true)]);
    apply(view, frame({ previous: 10, revision: 12, entries: [cut(12, handle)] }));
    expect(faultAt(view, handle, 12)).toBe('token_cut');
    const whole = { kind: 'snapshot', revision: 20, entries: [cut(3, handle)] } as const;
    apply(view, frame(whole));
    expect(faultAt(view, handle, 19)).toBe('token_cut');
  });

  it('refuses what lies below the floor or before a cut of everything, for good', () => {
    const view = viewAt10([before(6, 6)]);
    expect(faultAt(view, handle, 5)).toBe('token_cut_before');
    expect(faultAt(view, handle, 6)).toBeUndefined();
    apply(view, frame({ previous: 10, revision: 12, floor: 9 as Revision }));
    expect(faultAt(view, handle, 8)).toBe('token_below_floor');
    apply(view, frame({ kind: 'snapshot', revision: 20 }));
    expect(faultAt(view, handle, 5)).toBe('token_cut_before');
    expect(faultAt(view, handle, 8)).toBe('token_below_floor');
  });

  it('never publishes a cut key again, by delta or by snapshot', () => {
    const view = viewAt10([published(3)]);
    expect(view.tokenKey(keyId)).toBeDefined();
    apply(view, frame({ previous: 10, revision: 12, entries: [keyCut(12)] }));
    expect(view.tokenKey(keyId)).toBeUndefined();
    apply(view, frame({ previous: 12, revision: 13, entries: [published(13)] }));
    apply(view, frame({ kind: 'snapshot', revision: 20, entries: [published(3)] }));
    expect(view.tokenKey(keyId)).toBeUndefined();
    expect(view.isKeyCut(keyId)).toBe(true);
  });

  it('lets a published key live no longer than it first said', () => {
    const view = viewAt10([published(3)]);
    const later = published(12) as Extract<FeedEntry, { kind: 'token-key' }>;
    const entries = [{ ...later, key: { ...later.key, retireAt: 99 } }];
    apply(view, frame({ previous: 10, revision: 12, entries }));
    expect(view.tokenKey(keyId)?.retireAt).toBe(9);
  });

  describe('viewEntriesMax', () => {
    const entries = [cut(2, newHandle()), cut(3, newHandle()), cut(4, newHandle())];

    // breaks when: the bound drops the oldest entry instead.
    it('makes a view stand for nothing when the log outgrows it, and drops no cut', () => {
      const view = viewAt10(entries, 3);
      const next = frame({ previous: 10, revision: 12, entries: [cut(12, handle)] });
      expect(apply(view, next)).toBe('view_full');
      expect(view.isFull).toBe(true);
      expect(view.revision).toBe(10);
      for (const each of entries) {
        expect(each.kind === 'handle' && faultAt(view, each.handle, 1)).toBe('token_cut');
      }
      const beat = { kind: 'heartbeat', previous: 10, revision: 10 } as const;
      expect(apply(view, frame(beat))).toBe('view_full');
    });

    it('refuses a snapshot that does not fit, and heals by one that does', () => {
      const view = viewAt10([], 2);
      expect(apply(view, frame({ kind: 'snapshot', revision: 20, entries }))).toBe('view_full');
      expect(view.isFull).toBe(true);
      const fits = { kind: 'snapshot', revision: 21, entries: entries.slice(0, 2) } as const;
      expect(apply(view, frame(fits))).toBe('replaced');
      expect(view.isFull).toBe(false);
    });
  });
});

describe('a frame behind a gap', () => {
  // breaks when: keepCuts raises the revision, or keeps what is no cut
  it('has its cuts kept, and neither moves the view nor makes it fresher', () => {
    const view = viewAt10();
    const handle = newHandle();
    const entries = [cut(12, handle, true), published(13), before(14, 9)];
    const late = frame({ previous: 11, revision: 14, entries });
    expect(apply(view, late)).toBe('broken_link');
    expect(view.keepCuts(late).length).toBe(2);
    expect(view.revision).toBe(10);
    expect(view.ageMillis(1_500)).toBe(500);
    expect(view.faultOf([handle], 99 as Revision)).toBe('token_cut');
    expect(view.before).toBe(9);
    expect(view.tokenKey(keyId)).toBeUndefined();
  });

  it('keeps nothing of another log, of a snapshot, or beyond its room', () => {
    const handle = newHandle();
    const entries = [cut(12, handle)];
    const view = viewAt10();
    expect(view.keepCuts(frame({ issuer: 'other', revision: 12, entries }))).toEqual([]);
    expect(view.keepCuts(frame({ kind: 'snapshot', revision: 12, entries }))).toEqual([]);
    expect(view.faultOf([handle], 1 as Revision)).toBeUndefined();
    const small = viewAt10([cut(9, newHandle())], 1);
    small.keepCuts(frame({ previous: 11, revision: 12, entries }));
    expect(small.isFull).toBe(true);
  });
});
