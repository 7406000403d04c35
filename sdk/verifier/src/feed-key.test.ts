import { claimTables } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { choosePrimitives } from './choose-primitives.js';
import { feedKeyStatementType, judgeFeedKey } from './feed-key.js';
import { newEcKey, signJws } from './grpc/ec-key.js';

const [anchor, feed] = [newEcKey(), newEcKey()];
const nowSeconds = 1_785_000_000;
const issuer = 'https://dev.abc.invalid';
const header = { alg: 'ES256', typ: feedKeyStatementType, jwk: anchor.jwk };
const payload = {
  iss: issuer,
  iat: nowSeconds,
  exp: nowSeconds + 60,
  cnf: { jwk: feed.jwk },
  dev: true,
};
const { rows } = claimTables['feed key statement'];

// breaks when: the judge reads, needs or stops needing a member and the table does not say so
describe('the table of the feed key statement', () => {
  const primitives = choosePrimitives();
  const reads = async (head: object, body: object, by: string = issuer) => {
    const pinned = { issuer: by, anchor: anchor.thumbprint, primitives, nowSeconds };
    return (await judgeFeedKey(signJws(head, body, anchor), pinned)).ok;
  };
  const without = (members: object, name: string) =>
    Object.fromEntries(Object.entries(members).filter(([each]) => each !== name));

  it('names the members of one that counts', async () => {
    const names = (place: string) => rows.filter((row) => row.place === place).map((r) => r.name);
    expect(names('header').toSorted()).toEqual(Object.keys(header).toSorted());
    expect(names('payload').toSorted()).toEqual(Object.keys(payload).toSorted());
    expect(await reads(header, payload)).toBe(true);
  });

  it.each(rows.map((row) => [row.name, row] as const))(
    'says whether %s is needed',
    async (name, row) => {
      const less = without(row.place === 'header' ? header : payload, name);
      expect(await (row.place === 'header' ? reads(less, payload) : reads(header, less))).toBe(
        false,
      );
      if (row.isRequired) return;
      // Only a development issuer has it, and must.
      const [by, body] = ['https://creance.example', { ...less, iss: 'https://creance.example' }];
      expect(await reads(header, body, by)).toBe(true);
    },
  );
});
