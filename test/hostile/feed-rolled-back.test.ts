import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { FeedRig, RigVerifier } from '../support/feed-rig.js';

// F-78: a verifier that has seen more than the broker knows believes it no more.

let rig: FeedRig;
let verifier: RigVerifier;
const rev = () => rig.log.head();

const beat = async () => {
  rig.clock.advance(limits.heartbeatSeconds);
  vi.advanceTimersByTime(limits.heartbeatSeconds * 1_000);
  return verifier.takeAll();
};

beforeEach(async () => {
  vi.useFakeTimers();
  rig = new FeedRig();
  verifier = new RigVerifier(rig);
  rig.cut('yesterday');
  rig.audit();
  rig.subscribe(verifier);
  await verifier.takeAll();
  await beat();
});
afterEach(() => {
  rig.close();
  vi.useRealTimers();
});

/** A broker that has lost the cut of a thief, and its verifier that has seen it. */
async function lostCut(): Promise<{
  readonly before: FeedRig['log'];
  readonly whole: FeedRig['log'];
}> {
  const before = rig.backup();
  rig.cut('thief');
  rig.audit();
  await beat();
  expect(verifier.refuses([handleOf('thief')], rev())).toBe(true);
  return { before, whole: rig.log };
}

const isCut = () => verifier.refuses([handleOf('thief')], Number.MAX_SAFE_INTEGER as never);

describe('F-78 a broker that was put back without being told so', () => {
  // breaks when: View does not latch a snapshot that stands below it
  it('is believed no more while it stands behind, whatever it says, and the cut stays', async () => {
    const { before } = await lostCut();
    rig.restart(before);
    rig.subscribe(verifier);
    expect(await verifier.takeAll()).toEqual(['opened', 'rolled_back']);
    for (let each = 0; each < 3; each += 1) {
      await beat();
      expect(verifier.ageSeconds).toBe(Infinity);
      expect(verifier.feed.view.isRolledBack).toBe(true);
    }
    expect(isCut()).toBe(true);
  });

  // breaks when: View goes by revisions alone: they are times, so the next row lies above what was lost
  it('is believed no more when it has gone on and stands above again', async () => {
    const { before } = await lostCut();
    rig.restart(before);
    for (let each = 0; each < 3; each += 1) rig.cut(`since ${each}`);
    expect(rig.log.head()).toBeGreaterThan(verifier.feed.view.revision);
    for (let each = 0; each < 3; each += 1) {
      rig.subscribe(verifier);
      expect(await verifier.takeAll()).toEqual(['opened', 'rolled_back']);
      expect(verifier.feed.view.isRolledBack).toBe(true);
    }
    expect(isCut()).toBe(true);
  });

  it('is believed again when it is the whole one, which carries the view on', async () => {
    const { before, whole } = await lostCut();
    rig.restart(before);
    rig.subscribe(verifier);
    await verifier.takeAll();
    rig.restart(whole);
    rig.cut('since');
    rig.subscribe(verifier);
    await verifier.takeAll();
    expect(await beat()).toEqual(['confirmed']);
    expect(verifier.feed.view.isRolledBack).toBe(false);
    expect(verifier.ageSeconds).toBe(0);
    expect(isCut()).toBe(true);
  });

  // breaks when: a restore appends no cut of everything before, or View does not ask for one
  it('is believed again when it was restored on purpose: everything of before is cut', async () => {
    const { before } = await lostCut();
    rig.restart(before);
    rig.subscribe(verifier);
    await verifier.takeAll();
    rig.append({ kind: 'before', before: rig.next });
    rig.subscribe(verifier);
    expect(await verifier.takeAll()).toEqual(['opened', 'replaced']);
    expect(await beat()).toEqual(['confirmed']);
    expect(verifier.ageSeconds).toBe(0);
    expect(verifier.feed.view.auditHead?.sequence).toBe(before.audit.sequence);
    // What the thief held has a `rev` from before.
    expect(verifier.refuses([handleOf('thief')], (rig.log.head() - 1) as never)).toBe(true);
  });

  it('is believed by a verifier that has seen nothing: it cannot know', async () => {
    const { before } = await lostCut();
    rig.restart(before);
    const late = new RigVerifier(rig);
    rig.subscribe(late);
    expect(await late.takeAll()).toEqual(['opened', 'replaced']);
    expect(late.feed.view.isRolledBack).toBe(false);
  });
});

describe('an audit whose head goes back', () => {
  // breaks when: View.apply does not show heartbeats to the witness, or any frame forgives
  it.each([
    ['audit_went_back', () => ({ ...rig.log.audit, sequence: rig.log.audit.sequence - 1 })],
    ['audit_forked', () => ({ ...rig.log.audit, hash: Buffer.alloc(32, 9) })],
  ] as const)(
    'is refused as %s, and nothing but the true head makes the view fresh',
    async (fault, wrong) => {
      rig.audit();
      await beat();
      const seen = rig.log.audit;
      rig.log.audit = wrong();
      expect(await beat()).toEqual([fault]);
      expect(verifier.ageSeconds).toBe(Infinity);
      rig.cut('after');
      await verifier.takeAll();
      expect(verifier.ageSeconds).toBe(Infinity);
      rig.subscribe(verifier);
      await verifier.takeAll();
      expect(verifier.ageSeconds).toBe(Infinity);
      rig.log.audit = seen;
      expect(await beat()).toEqual(['confirmed']);
      expect(verifier.ageSeconds).toBe(0);
      expect(verifier.feed.view.auditHead?.sequence).toBe(seen.sequence);
    },
  );
});
