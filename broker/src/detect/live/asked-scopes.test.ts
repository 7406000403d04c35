import { describe, expect, it } from 'vitest';
import { scopesOf } from '../../doubles/ids.js';
import { grantOf, workloadOf } from '../../doubles/registries.js';
import { AskedScopes, noteAsked, scopesCounted } from './asked-scopes.js';
import { askedStill, changedAsked, restoreAsked } from './keep-asked.js';

const workload = (...scopes: readonly string[]) =>
  workloadOf({ grants: [grantOf({ scopes: scopesOf(...scopes) })] });
const two = workload('contacts:export', 'contacts:read');

function noted(sessions: number, asked: AskedScopes = new AskedScopes()): AskedScopes {
  for (let nth = 0; nth < sessions; nth += 1) asked.note(two, new Set(['crm contacts:read']));
  return asked;
}

describe('AskedScopes', () => {
  // breaks when: a scope passes for unused before enough sessions could have asked for it
  it('names what is granted and was not asked for, once enough sessions can tell', () => {
    expect(noted(4).unasked(two, 5)).toEqual({ never: [], untold: ['crm contacts:export'] });
    expect(noted(5).unasked(two, 5)).toEqual({ never: ['crm contacts:export'], untold: [] });
    expect(new AskedScopes().unasked(two, 5).untold).toHaveLength(2);
  });

  it('counts for a scope only sessions that ended since it is granted', () => {
    const more = workload('contacts:delete', 'contacts:export', 'contacts:read');
    const asked = noted(9);
    asked.note(more, new Set(['crm contacts:read']));
    expect(asked.unasked(more, 5)).toEqual({
      never: ['crm contacts:export'],
      untold: ['crm contacts:delete'],
    });
  });

  // breaks when: note keeps counts of what is granted no more: then a grant that comes back is old at once
  it('forgets scopes that are granted no more', () => {
    const asked = noted(9);
    asked.note(workload('contacts:read'), new Set(['crm contacts:read']));
    expect(asked.counts(two.name).map(({ name }) => name)).toEqual(['crm contacts:read']);
    expect(asked.unasked(two, 5).untold).toEqual(['crm contacts:export']);
  });

  it('counts so many scopes of a workload and no more', () => {
    const grants = Array.from({ length: 200 }, (_, resource) =>
      grantOf({
        resource: `r${resource}`,
        scopes: scopesOf(...Array.from({ length: 32 }, (_, scope) => `s${scope}`)),
      }),
    );
    const wide = workloadOf({ grants });
    const [asked, own] = [new AskedScopes(), new Set<string>()];
    for (const { resource, scopes } of grants) noteAsked(own, wide, resource, scopes);
    expect(own.size).toBe(scopesCounted);
    asked.note(wide, own);
    expect(asked.counts(wide.name)).toHaveLength(scopesCounted);
    expect(asked.unasked(wide, 1).never).toEqual([]);
  });
});

describe('noteAsked', () => {
  it('notes what is granted at that resource, and says whether it is new', () => {
    const own = new Set<string>();
    const asked = scopesOf('all:admin', 'contacts:read');
    expect(noteAsked(own, two, 'crm', asked)).toBe(true);
    expect(noteAsked(own, two, 'crm', asked)).toBe(false);
    expect(noteAsked(own, two, 'mail', asked)).toBe(false);
    expect([...own]).toEqual(['crm contacts:read']);
  });
});

describe('what is kept of it', () => {
  it('comes back as it was, and is written when it has changed or could not be', () => {
    const asked = noted(7);
    const rows = changedAsked(asked);
    expect(rows.map(({ kind, name }) => [kind, name])).toEqual([['asked', two.name]]);
    expect(changedAsked(asked)).toEqual([]);
    askedStill(rows, asked);
    expect(changedAsked(asked)).toEqual(rows);
    const again = new AskedScopes();
    restoreAsked(storeOf(rows[0]?.bytes), again);
    expect(again.counts(two.name)).toEqual(asked.counts(two.name));
    expect(changedAsked(again)).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['another version', '{"version":2,"scopes":[]}'],
    ['a count that is none', '{"version":1,"scopes":[["crm a",-1,0]]}'],
    ['a name that is none', '{"version":1,"scopes":[[7,1,0]]}'],
    ['no list', '{"version":1,"scopes":7}'],
  ])('is forgotten when it is %s', (_name, text) => {
    const asked = new AskedScopes();
    restoreAsked(storeOf(Buffer.from(text)), asked);
    expect(asked.counts(two.name)).toEqual([]);
  });

  function storeOf(bytes: Uint8Array = new Uint8Array(0)) {
    return { watchRows: () => [{ name: two.name, bytes }] };
  }
});
