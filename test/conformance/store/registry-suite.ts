import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  handleOf,
  type MemberRef,
  type OpenStore,
  type StoreUnderTest,
  sessionIdOf,
} from '../../support/store.js';
import {
  answerOf,
  event,
  handlesOf,
  mailer,
  newToken,
  openAsk,
  openRoots,
  ownerOf,
  reasonOf,
  triage,
  under,
} from './asks.js';
import { freshStore } from './fixture.js';
import { delegateLine, openElsewhere } from './tree-asks.js';

const crm = { kind: 'verifier', name: 'crm' } as const;

/** A registry that holds all members, each with its owner, unless a test says otherwise. */
interface Asked {
  readonly gone?: readonly MemberRef[];
  readonly owners?: Readonly<Record<string, string>>;
}

function change({ store, clock }: StoreUnderTest, { gone = [], owners = {} }: Asked) {
  const isGone = ({ kind, name }: MemberRef) =>
    gone.some((one) => one.kind === kind && one.name === name);
  return store.changeRegistry({
    isRegistered: (member) => !isGone(member),
    ownerOf: (member) => owners[member.name] ?? ownerOf(member),
    now: clock.now(),
    audit: event(clock, 'registry_changed'),
  });
}

/** A changed registry cuts. */
export function registrySuite(name: string, open: OpenStore): void {
  describe(`${name}: a changed registry`, () => {
    const fresh = freshStore(open);
    const ends = (on: StoreUnderTest, ...names: string[]) =>
      names.map((each) => on.store.session(sessionIdOf(each))?.end);
    /** A tree with a child of another workload, and a verifier. */
    const world = async () => {
      const on = fresh.current;
      for (const member of [triage, mailer, crm]) {
        await on.store.memberHandles(member, ownerOf(member), handlesOf(member));
      }
      await openRoots(on, 'root');
      await openElsewhere(on, 'root', 'kid', mailer);
      await delegateLine(on, 'kid', 'low');
      await on.store.createJoinToken(newToken(on.clock, 'v', { member: crm }), event(on.clock));
      const asked = openAsk(on.clock, { session: 'v', token: 'v', member: crm });
      answerOf(await on.store.openSession(asked));
      return on;
    };

    it('ends nothing when every member is there with its owner, and keeps the audit event', async () => {
      const on = await world();
      expect(answerOf(await change(on, {}))).toEqual({ members: [], sessionsEnded: 0 });
      expect(on.store.head()).toBe(revisionZero);
      expect(on.audit().at(-1)?.kind).toBe('registry_changed');
    });

    // breaks when: membersGone looks at roots alone, or a row is written for each session
    it('ends the sessions of a member that has gone, and what hangs below, by one row', async () => {
      const on = await world();
      const done = answerOf(await change(on, { gone: [mailer] }));
      expect(done).toEqual({ members: [mailer], sessionsEnded: 2 });
      const handle = handleOf('workload mail-writer');
      expect(on.store.logAfter(revisionZero, 10).map(({ entry }) => entry)).toEqual([
        { kind: 'handle', handle, absolute: false },
      ]);
      const expected = [undefined, 'revoked', 'revoked', undefined];
      expect(ends(on, 'root', 'kid', 'low', 'v')).toEqual(expected);
      await on.reopen();
      expect(ends(on, 'root', 'kid', 'low', 'v')).toEqual(expected);
    });

    it('ends several members by a row each in one transaction, and names them', async () => {
      const on = await world();
      const done = answerOf(await change(on, { gone: [triage, crm] }));
      expect(done).toEqual({ members: [triage, crm], sessionsEnded: 4 });
      expect(on.store.logAfter(revisionZero, 10).length).toBe(2);
      expect(on.audit().filter(({ kind }) => kind === 'registry_changed').length).toBe(1);
    });

    it('ends the sessions of a member that belongs to another owner now, seen before or not', async () => {
      const on = await world();
      const done = answerOf(await change(on, { owners: { 'mail-writer': 'nobody has seen' } }));
      expect(done).toEqual({ members: [mailer], sessionsEnded: 2 });
      await on.store.memberHandles(crm, 'known', { ...handlesOf(crm), owner: handleOf('known') });
      const again = answerOf(await change(on, { owners: { crm: 'known' } }));
      expect(again).toEqual({ members: [crm], sessionsEnded: 1 });
    });

    it('tells members of the same name and another kind apart', async () => {
      const on = await world();
      const done = answerOf(await change(on, { gone: [{ kind: 'operator', name: 'crm' }] }));
      expect(done.members).toEqual([]);
    });

    it('names no member without a live session, and does the same twice without a row more', async () => {
      const on = await world();
      await on.store.endSession(under(on.clock, 'v', 'session_ended'));
      const head = on.store.head();
      expect(answerOf(await change(on, { gone: [crm] })).members).toEqual([]);
      expect(on.store.head()).toBe(head);
      await change(on, { gone: [mailer] });
      const after = on.store.head();
      expect(answerOf(await change(on, { gone: [mailer] })).members).toEqual([]);
      expect(on.store.head()).toBe(after);
    });

    it('lets live what is opened once the member is there again', async () => {
      const on = await world();
      await change(on, { gone: [triage] });
      const asked = openAsk(on.clock, { session: 'new', evidenceKey: 'root' });
      answerOf(await on.store.openSession(asked));
      expect(answerOf(await change(on, {})).members).toEqual([]);
      const issued = await on.store.issueToken(under(on.clock, 'new', 'token_issued'));
      expect(reasonOf(issued)).toBe('ok');
    });
  });
}
