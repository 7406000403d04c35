import { describe, expect, it } from 'vitest';
import type { NewJoinToken } from '../../../broker/src/store/store.js';
import {
  handleOf,
  type OpenStore,
  type StoreUnderTest,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, reasonOf } from './asks.js';
import { freshStore } from './fixture.js';

const token = thumbprintOfName('join token first');
const stranger = thumbprintOfName('evidence of a stranger');

async function joined({ store, clock }: StoreUnderTest, over: Partial<NewJoinToken> = {}) {
  await store.createJoinToken(newToken(clock, 'first', over), event(clock, 'join_token_created'));
  return answerOf(await store.openSession(openAsk(clock, { session: 'first', token: 'first' })));
}

async function contest({ store, clock }: StoreUnderTest, key = stranger, hash: string = token) {
  const audit = event(clock, 'join_token_contested');
  return answerOf(await store.contestJoinToken({ hash, key, now: clock.now(), audit }));
}

/** A join token that a second key brings. */
export function contestSuite(name: string, open: OpenStore): void {
  describe(`${name}: a join token that another key has redeemed`, () => {
    const fresh = freshStore(open);
    const asserted = ({ store, clock }: StoreUnderTest, session: string) =>
      store.openSession(openAsk(clock, { session, evidenceKey: 'first' }));

    it('holds the key that came first, and what it has opened, over a restart', async () => {
      const on = fresh.current;
      const { session } = await joined(on);
      expect(await contest(on)).toEqual({ isContested: true, sessionsHeld: 1 });
      expect(on.audit().at(-1)).toMatchObject({
        kind: 'join_token_contested',
        facts: { firstKey: thumbprintOfName('evidence first'), key: stranger, sessionsHeld: 1 },
      });
      const store = await on.reopen();
      expect(store.session(session.id)?.heldFor).toBe('theft');
      expect(reasonOf(await asserted(on, 'second'))).toBe('evidence_contested');
    });

    it('is contested once, and writes nothing the second time', async () => {
      const on = fresh.current;
      await joined(on);
      await contest(on);
      const before = on.written();
      expect((await contest(on, thumbprintOfName('another'))).isContested).toBe(false);
      expect(on.written()).toEqual(before);
    });

    it.each<[string, Partial<NewJoinToken>, (on: StoreUnderTest) => Promise<unknown> | undefined]>([
      ['has ended', {}, ({ clock }) => void clock.advance(600)],
      ['is for several keys', { uses: 2 }, () => undefined],
      [
        'was cut',
        {},
        ({ store, clock }) =>
          store.cutHandle({
            target: { kind: 'evidence-issuer', handle: handleOf('join token first') },
            now: clock.now(),
            audit: event(clock, 'handle_cut'),
          }),
      ],
    ])('holds nobody and writes nothing when it %s', async (_what, over, change) => {
      const on = fresh.current;
      await joined(on, over);
      await change(on);
      const before = on.written();
      expect((await contest(on)).isContested).toBe(false);
      expect(on.written()).toEqual(before);
    });

    it('holds nobody by a token that nobody has made or redeemed, nor for its own key', async () => {
      const on = fresh.current;
      await joined(on);
      const unused = newToken(on.clock, 'unused');
      await on.store.createJoinToken(unused, event(on.clock, 'join_token_created'));
      const all = [
        await contest(on, stranger, thumbprintOfName('no token')),
        await contest(on, stranger, unused.hash),
        await contest(on, thumbprintOfName('evidence first')),
      ];
      expect(all.map(({ isContested }) => isContested)).toEqual([false, false, false]);
    });

    it('lets the key in again that another join token registers', async () => {
      const on = fresh.current;
      await joined(on);
      await contest(on);
      const { store, clock } = on;
      await store.createJoinToken(newToken(clock, 'anew'), event(clock, 'join_token_created'));
      const anew = openAsk(clock, { session: 'anew', evidenceKey: 'first', token: 'anew' });
      expect(reasonOf(await store.openSession(anew))).toBe('ok');
      expect(reasonOf(await asserted(on, 'after'))).toBe('ok');
    });
  });
}
