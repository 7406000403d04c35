import type { Scope, SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Asked } from '../../domain/policy-risk.js';
import { scopesOf } from '../../doubles/ids.js';
import { resourceOf, responsesOf } from '../../doubles/registries.js';
import { WatchStand } from '../doubles/watch-stand.js';

const [bait] = scopesOf('all:admin') as [Scope];
let stand: WatchStand;

beforeEach(() => {
  stand = baited(new WatchStand());
});

/** A stand whose `crm` has a canary scope, and whose `vault` is bait itself. */
function baited(one: WatchStand): WatchStand {
  const scopes = new Map([
    ...resourceOf().scopes,
    [bait, { access: 'admin', canary: true } as const],
  ]);
  const changed = [resourceOf({ scopes }), resourceOf({ name: 'vault', canary: true })];
  const { resources } = one.registry;
  const all = [...new Map([...resources, ...changed.map((each) => [each.name, each] as const)])];
  one.registry = {
    ...one.registry,
    resources: new Map(all),
    resourceByAudience: new Map(all.map(([, each]) => [each.audience, each])),
  };
  return one;
}

function ask(session: SessionId, scope: string, parts: Partial<Asked> = {}, of = stand): void {
  const audience = 'https://crm.example.internal';
  of.watch.asked({ session, audience, scopes: scopesOf(scope), what: 'token', ...parts });
}

const termsOf = (id: SessionId) => stand.watch.explain(id)?.session.watched.terms ?? [];

describe('a canary scope', () => {
  // breaks when: asked is told only of what is granted, or ofAsked looks at resources alone
  it.each(['token', 'task'] as const)(
    'holds whoever asks for it in a %s, on the first ask',
    async (what) => {
      const id = stand.open('curious');
      ask(id, bait, { what });
      await stand.watch.settled();
      expect(stand.held).toMatchObject([{ session: id, tree: false }]);
      expect(termsOf(id)).toMatchObject([{ kind: 'facts', words: expect.stringContaining(bait) }]);
    },
  );

  it('is found among others of the same ask, and at a resource that is bait itself', async () => {
    const [one, other] = [stand.open('one'), stand.open('other')];
    ask(one, 'contacts:read', { scopes: scopesOf(bait, 'contacts:read') });
    ask(other, 'contacts:read', { audience: 'https://vault.example.internal' });
    await stand.watch.settled();
    expect(stand.held.map(({ session }) => session)).toEqual([one, other]);
  });

  it('does not hold whoever asks for anything else, granted or not', async () => {
    const id = stand.open('honest');
    for (const scope of ['contacts:read', 'contacts:export', 'no:such', 'all:admins'])
      ask(id, scope);
    ask(id, bait, { audience: 'https://nowhere.example.internal' });
    ask(id, bait, { audience: 'https://mail.example.internal' });
    await stand.watch.settled();
    expect([stand.held, stand.watch.levelOf(id), termsOf(id)]).toEqual([[], 'calm', []]);
  });

  // breaks when: every ask adds: an honest retry of a refused call then holds the whole tree
  it('counts once a minute, however often it is asked for', async () => {
    const id = stand.open('retries');
    for (let nth = 0; nth < 20; nth += 1) {
      ask(id, bait);
      stand.pass(1_000);
    }
    await stand.watch.settled();
    expect(termsOf(id)).toHaveLength(1);
    stand.pass(60_000);
    ask(id, bait);
    expect(termsOf(id)).toHaveLength(2);
  });

  it('counts for the tree when a child asks', async () => {
    const root = stand.open('root');
    const children = [1, 2].map((nth) => stand.open(`child ${nth}`, root));
    for (const child of children) {
      ask(child, bait);
      await stand.watch.settled();
    }
    expect(stand.held.at(-1)).toMatchObject({ tree: true });
  });

  it.each([
    ['shadow', 'would have'],
    ['alert', 'alert'],
  ] as const)('in %s only tells, and is told as silent', async (mode, done) => {
    const rules = new Map([['canary', mode]] as const);
    stand.setWorkload({ responses: responsesOf({ rules }) });
    const id = stand.open('curious');
    ask(id, bait);
    await stand.watch.settled();
    expect([stand.held, stand.watch.levelOf(id), termsOf(id)]).toEqual([[], 'calm', []]);
    expect(stand.decisions).toMatchObject([{ level: 'suspend', done }]);
    const { unsilenced } = stand.watch.explain(id)?.session ?? {};
    expect(unsilenced?.terms).toMatchObject([{ kind: 'facts' }]);
  });

  it('judges nobody whom it does not know, and no session that has ended', () => {
    ask('nobody' as SessionId, bait);
    const id = stand.open('ended');
    stand.end(id);
    ask(id, bait);
    expect([stand.decisions, stand.watch.explain(id)]).toEqual([[], undefined]);
  });

  // Law 10. breaks when: asked judges at once: then the time of an answer tells what is bait
  it('is judged after the answer, also when the session has ended meanwhile', async () => {
    const slow = baited(new WatchStand(undefined, 40));
    const root = slow.open('root');
    const child = slow.open('child', root);
    ask(child, bait, {}, slow);
    expect([slow.held, slow.watch.explain(child)?.risk]).toEqual([[], 0]);
    expect(slow.later).toHaveLength(1);
    slow.end(child, 0);
    for (const run of slow.later) run();
    await slow.watch.settled();
    expect(slow.watch.explain(child)?.risk).toBeGreaterThan(0.8);
  });
});
