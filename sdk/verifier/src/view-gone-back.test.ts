import type { Revision, Thumbprint } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedFrame } from './frame.js';
import { newHandle } from './support/test-issuer.js';
import { View } from './view.js';

// F-78: a verifier that has seen more than the broker knows believes it no more.

const issuer = 'https://creance.example.internal';
const arrival = { feedKey: 'feed-key' as Thumbprint, asOfMillis: 2_000 };
const thief = newHandle();
let view: View;
let madeAtMicros: number;

function apply(kind: FeedFrame['kind'], revision: number, parts: Partial<FeedFrame> = {}): string {
  madeAtMicros += 1;
  const applied = view.apply(
    {
      issuer,
      kind,
      previous: (kind === 'snapshot' ? 0 : revision) as Revision,
      revision: revision as Revision,
      entries: [],
      madeAtMicros,
      floor: 0 as Revision,
      part: 0,
      isLastPart: true,
      ...parts,
    },
    arrival,
  );
  return applied.ok ? applied.value.kind : applied.error;
}

const audit = (sequence: number, hash = `hash of ${sequence}`) => ({ audit: { sequence, hash } });
const beat = (parts: Partial<FeedFrame> = {}) => apply('heartbeat', view.revision, parts);
const isFresh = () => view.ageMillis(2_000) === 0;
const isCut = () => view.faultOf([thief], 9 as Revision) === 'token_cut';
const restored = {
  entries: [{ kind: 'before', revision: 30 as Revision, before: 30 as Revision }],
} as const;

beforeEach(() => {
  [view, madeAtMicros] = [new View(issuer), 0];
  const entries = [
    { kind: 'handle', revision: 9 as Revision, handle: thief, absolute: true } as const,
  ];
  expect(apply('snapshot', 10, { entries })).toBe('replaced');
  expect(beat(audit(5))).toBe('confirmed');
});

describe('a log that stands behind the view', () => {
  // breaks when: #refuseGoneBack does not latch
  it('makes it old at once, and takes no cut from it', () => {
    expect([view.isRolledBack, isFresh()]).toEqual([false, true]);
    expect(apply('snapshot', 9)).toBe('rolled_back');
    expect([view.isRolledBack, isFresh(), isCut()]).toEqual([true, false, true]);
    expect(view.ageMillis(2_000)).toBe(Number.POSITIVE_INFINITY);
    expect(view.revision).toBe(10);
  });

  it('is believed again by a snapshot that stands no lower', () => {
    apply('snapshot', 9);
    expect(apply('snapshot', 10)).toBe('replaced');
    expect([view.isRolledBack, isFresh()]).toEqual([false, true]);
  });

  // breaks when: a delta lifts it, or a heartbeat at our own revision does not
  it('is believed again by a heartbeat at our revision, and by no delta on it', () => {
    apply('snapshot', 9);
    expect(apply('delta', 11, { previous: 10 as Revision })).toBe('added');
    expect(view.isRolledBack).toBe(true);
    expect(beat(audit(5))).toBe('confirmed');
    expect([view.isRolledBack, isFresh()]).toEqual([false, true]);
  });

  // breaks when: heldKnown is not asked for: revisions are times, so a lost log soon stands higher
  it('is found out by what the broker says of our revision, though it stands higher now', () => {
    view.beginSubscription(false);
    expect(apply('snapshot', 20)).toBe('rolled_back');
    expect([view.isRolledBack, view.revision, isCut()]).toEqual([true, 10, true]);
    // The next subscription says nothing of it any more.
    view.beginSubscription();
    expect(apply('snapshot', 20)).toBe('replaced');
  });

  it.each([true, undefined])('is taken when the broker says %s', (heldKnown) => {
    view.beginSubscription(heldKnown);
    expect(apply('snapshot', 20)).toBe('replaced');
    expect(view.isRolledBack).toBe(false);
  });

  // breaks when: `>` becomes `>=`, or `before` is not asked for
  it('is taken when it has cut everything that the view has seen, and not when it cut less', () => {
    view.beginSubscription(false);
    const less = { kind: 'before', revision: 11 as Revision, before: 10 as Revision } as const;
    expect(apply('snapshot', 30, { entries: [less] })).toBe('rolled_back');
    expect(apply('snapshot', 30, restored)).toBe('replaced');
    expect(view.isRolledBack).toBe(false);
    expect(view.faultOf([newHandle()], 29 as Revision)).toBe('token_cut_before');
  });

  it('cannot be behind a view that is none yet', () => {
    view = new View(issuer);
    view.beginSubscription(false);
    expect(apply('snapshot', 20)).toBe('replaced');
    expect(view.isRolledBack).toBe(false);
  });
});

describe('an audit that stands behind what was seen', () => {
  // breaks when: the heartbeat is applied all the same
  it.each([
    ['audit_went_back', audit(4)],
    ['audit_forked', audit(5, 'another')],
  ])('is %s, and no heartbeat makes the view fresh', (fault, parts) => {
    expect(beat(parts)).toBe(fault);
    expect([view.isRolledBack, isFresh()]).toEqual([true, false]);
    expect(view.auditHead).toEqual(audit(5).audit);
    expect(beat()).toBe('confirmed');
    expect(view.isRolledBack).toBe(true);
  });

  // breaks when: a snapshot lifts what only the audit can
  it('stays so through a snapshot of the log, until it has come as far again', () => {
    beat(audit(4));
    expect(apply('snapshot', 20)).toBe('replaced');
    expect([view.isRolledBack, isFresh()]).toEqual([true, false]);
    expect(beat(audit(5))).toBe('confirmed');
    expect([view.isRolledBack, isFresh()]).toEqual([false, true]);
  });

  // breaks when: a log that went back is remembered in place of the audit
  it('is not forgotten over a log that went back too', () => {
    beat(audit(4));
    expect(apply('snapshot', 9)).toBe('rolled_back');
    expect(apply('snapshot', 20)).toBe('replaced');
    expect([view.isRolledBack, isFresh()]).toEqual([true, false]);
    expect(beat(audit(5))).toBe('confirmed');
    expect(view.isRolledBack).toBe(false);
  });

  // breaks when: `forget` is left out: no verifier would trust a restored broker again
  it('may begin anew once the broker has cut everything from before', () => {
    beat(audit(4));
    expect(apply('snapshot', 30, restored)).toBe('replaced');
    expect([view.isRolledBack, view.auditHead]).toEqual([false, undefined]);
    expect(beat(audit(1))).toBe('confirmed');
    expect(view.auditHead).toEqual(audit(1).audit);
  });

  it('is not forgotten by a snapshot that restores nothing', () => {
    expect(apply('snapshot', 20)).toBe('replaced');
    expect(view.auditHead).toEqual(audit(5).audit);
    expect(beat(audit(4))).toBe('audit_went_back');
  });
});
