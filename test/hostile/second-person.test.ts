import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { answerOf, openRoots, under } from '../conformance/store/asks.js';
import { sessionIdOf } from '../support/store.js';
import { type Operator, TwoPersons, type Written, waiting } from '../support/two-persons.js';

const wide: Written = { lifetimeSeconds: 300 };
const narrow: Written = { lifetimeSeconds: 30 };
const day = 86_400;

let two: Awaited<ReturnType<typeof TwoPersons.open>>;
let ann: Operator;
let bob: Operator;
beforeEach(async () => {
  two = await TwoPersons.open();
  ({ ann, bob } = two);
});
afterEach(() => two.under.dispose());

describe('F-66 a manifest that widens', () => {
  it('is in force by the word of a second person, and the audit has both names', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    expect([two.grantedSeconds, two.store.manifest()]).toEqual([60, undefined]);
    expect(await two.approve(bob(), proposal)).toBe('ok');
    expect([two.grantedSeconds, two.store.manifest()?.version]).toEqual([300, 1]);
    expect(two.store.manifest()?.author).toBe('ann, approved by bob');
    expect(two.under.audit().at(-1)).toMatchObject({
      kind: 'manifest_applied',
      facts: { proposer: 'ann', approver: 'bob', digest: proposal.digest, proposal: proposal.id },
    });
    // Once: it waits no more.
    expect(await two.approve(bob(), proposal)).toBe('proposal_unknown');
  });

  // breaks when: confirmationFault compares sessions or keys and not the operator by name
  it('is not confirmed by its author, nor by another session or another key of his', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    expect(await two.approve(ann(), proposal)).toBe('proposal_own');
    const other = await two.join('ann');
    two.under.clock.advance(day - 1);
    const second = await two.again('ann', other);
    expect(await two.approve(second(), proposal)).toBe('proposal_own');
    expect(two.grantedSeconds).toBe(60);
  });

  // breaks when: confirmationFault does not ask registeredAt
  it('is not confirmed by a second operator whom a registrar has made of himself', async () => {
    // A registrar makes a join token for the other operator's name, and redeems it with a key of his own.
    const puppet = await two.again('bob', await two.join('bob'));
    const proposal = waiting(await two.apply(ann(), wide));
    expect(await two.approve(puppet(), proposal)).toBe('approver_too_new');
    // Nor does a puppet who proposes help: then the other one is the puppet that confirms.
    const proposed = waiting(await two.apply(puppet(), { lifetimeSeconds: 200 }));
    const another = await two.again('ann', await two.join('ann'));
    expect(await two.approve(another(), proposed)).toBe('approver_too_new');
    expect(two.grantedSeconds).toBe(60);
  });

  // breaks when: save keeps registered_at of a registration that had ended
  it('is confirmed by a key that was renewed in time, and not by one that had ended meanwhile', async () => {
    const kept = await two.join('bob');
    two.under.clock.advance(25 * day);
    await two.join('bob', kept);
    const renewed = await two.again('bob', kept);
    const proposal = waiting(await two.apply(ann(), wide));
    expect(await two.approve(renewed(), proposal)).toBe('ok');
    two.under.clock.advance(31 * day);
    await two.join('bob', kept);
    const returned = await two.again('bob', kept);
    const later = waiting(await two.apply(ann(), { lifetimeSeconds: 400 }));
    expect(await two.approve(returned(), later)).toBe('approver_too_new');
  });

  it('is not confirmed without the role, whatever else somebody may do', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    expect(await two.approve(bob({ roles: ['security', 'registrar'] }), proposal)).toBe(
      'operator_role_missing',
    );
    expect(await two.apply(bob({ roles: ['registrar'] }), wide)).toBe('widening_needs_policy');
  });

  // breaks when: confirmationFault does not compare digests
  it('is exactly what was looked at: another digest confirms nothing', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    const other = waiting(await two.apply(ann(), { lifetimeSeconds: 900 }));
    const mixed = { id: other.id, digest: proposal.digest };
    expect(await two.approve(bob(), mixed)).toBe('proposal_differs');
    expect(two.grantedSeconds).toBe(60);
  });

  // breaks when: applyManifest of the store does not void what waits
  it('is void once another manifest is in force', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    expect(await two.apply(bob(), narrow)).toBe(1);
    expect(await two.approve(bob(), proposal)).toBe('proposal_unknown');
    expect([two.grantedSeconds, two.store.proposals(two.under.clock.now())]).toEqual([30, []]);
  });

  it('waits a day and no longer, over a restart too', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    await two.under.reopen();
    two.under.clock.advance(limits.proposalSeconds - 1);
    expect(two.store.proposals(two.under.clock.now())).toEqual([proposal]);
    two.under.clock.advance(1);
    expect(await two.approve(bob(), proposal)).toBe('proposal_unknown');
  });

  it('is confirmed once, whoever comes at the same time', async () => {
    const proposal = waiting(await two.apply(ann(), wide));
    const all = Array.from({ length: 20 }, () => two.approve(bob(), proposal));
    const outcomes = await Promise.all(all);
    expect(outcomes.filter((each) => each === 'ok')).toHaveLength(1);
    expect(two.store.manifest()?.version).toBe(1);
  });

  // breaks when: approveProposal does not ask the author's role of today
  it('is void when its author may not do it any more', async () => {
    const held = await heldSession();
    const proposal = waiting(await two.resume(ann(), held));
    expect(await two.apply(bob(), { lifetimeSeconds: 60, without: ['ann'] }, { prune: true })).toBe(
      1,
    );
    expect(await two.approve(bob(), proposal)).toBe('proposal_void');
  });

  it('waits no more than so many of one author; the same again is the one that waits', async () => {
    const seconds = (nth: number) => ({ lifetimeSeconds: 100 + nth });
    const first = waiting(await two.apply(ann(), seconds(0)));
    for (let nth = 1; nth < limits.proposalsPerOperator; nth += 1)
      waiting(await two.apply(ann(), seconds(nth)));
    expect(await two.apply(ann(), seconds(99))).toBe('proposals_limit');
    expect(waiting(await two.apply(ann(), seconds(0))).id).toBe(first.id);
    // Somebody else's share is his own, and a denial makes room.
    waiting(await two.apply(bob(), seconds(99)));
    expect(await two.deny(bob(), first)).toBe('ok');
    waiting(await two.apply(ann(), seconds(99)));
  });

  it('does not outlive a restore', async () => {
    const backup = two.under.backup();
    const proposal = waiting(await two.apply(ann(), wide));
    await backup();
    expect(two.under.openAgain(true)).toBeUndefined();
    expect(two.store.proposals(two.under.clock.now())).toEqual([]);
    expect(await two.approve(bob(), proposal)).toBe('proposal_unknown');
  });
});

async function heldSession() {
  await openRoots(two.under, 'agent');
  answerOf(await two.store.suspendSession(under(two.under.clock, 'agent', 'session_suspended')));
  return sessionIdOf('agent');
}

describe('F-66 the end of a hold', () => {
  const isHeld = () => two.store.session(sessionIdOf('agent'))?.suspendedAt !== undefined;

  it('waits for a second person, and names both', async () => {
    const proposal = waiting(await two.resume(ann(), await heldSession()));
    expect(isHeld()).toBe(true);
    expect(await two.approve(ann(), proposal)).toBe('proposal_own');
    expect(await two.approve(bob(), proposal)).toBe('ok');
    expect(isHeld()).toBe(false);
    expect(two.under.audit().at(-1)).toMatchObject({
      kind: 'session_resumed',
      facts: { proposer: 'ann', approver: 'bob', reason: 'it was the nightly job' },
    });
  });

  // breaks when: resumeFault does not compare the hold
  it('ends that hold and no other: held again, or for more, it is another matter', async () => {
    const id = await heldSession();
    const first = waiting(await two.resume(ann(), id));
    const { clock } = two.under;
    answerOf(await two.store.answerTheft(under(clock, 'agent', 'theft_answered')));
    expect(await two.approve(bob(), first)).toBe('proposal_void');
    expect(isHeld()).toBe(true);
  });

  it('is refused at once where there is nothing to resume', async () => {
    await openRoots(two.under, 'agent');
    expect(await two.resume(ann(), sessionIdOf('agent'))).toBe('session_not_suspended');
    expect(await two.resume(ann(), sessionIdOf('nobody'))).toBe('session_unknown');
  });
});

describe('F-66 a cut', () => {
  it('and whatever narrows wait for nobody', async () => {
    expect(await two.apply(ann(), narrow)).toBe(1);
    expect(two.grantedSeconds).toBe(30);
    await openRoots(two.under, 'agent');
    const { clock } = two.under;
    const cut = await two.store.cutSession(under(clock, 'agent', 'session_cut'));
    expect(cut.ok).toBe(true);
    const proposal = waiting(await two.apply(ann(), wide));
    expect(await two.deny(ann(), proposal)).toBe('ok');
  });
});
