import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { Session } from '../domain/session.js';
import { callBy } from '../doubles/calls.js';
import { sessionOf } from '../doubles/sessions.js';
import { listSessions } from './list-sessions.js';

const all = Array.from({ length: 25 }, (_, at) => sessionOf(at));

const list = listSessions({
  liveSessions({ size, after }) {
    const from = all.findIndex(({ id }) => id === after) + 1;
    return all.slice(from, from + size);
  },
});

async function page(size: number, after?: SessionId) {
  const listed = await list({ size, after }, callBy());
  if (!listed.ok) throw new Error(listed.error.reason);
  return listed.value;
}

describe('listSessions', () => {
  // breaks when: the page asks the store for `size` instead of one more
  it.each([1, 7, 24, 25, 26])(
    'gives every session once in pages of %i, and no empty last page',
    async (size) => {
      const seen: Session[] = [];
      let after: SessionId | undefined;
      let pages = 0;
      do {
        const { sessions, next } = await page(size, after);
        expect(sessions.length).toBeGreaterThan(0);
        seen.push(...sessions);
        after = next;
        pages += 1;
      } while (after !== undefined);
      expect(seen).toEqual(all);
      expect(pages).toBe(Math.ceil(25 / size));
    },
  );

  it('is empty without a next page when there is nothing after', async () => {
    expect(await page(10, all.at(-1)?.id)).toEqual({ sessions: [], next: undefined });
  });
});
