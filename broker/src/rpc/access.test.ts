import { describe, expect, it } from 'vitest';
import { type AccessTable, access, devOwnerMay, services } from './access.js';

describe('access', () => {
  it('has a row for each method of each service and no other', () => {
    for (const name of Object.keys(services) as (keyof typeof services)[]) {
      expect(Object.keys(access[name]).sort()).toEqual(Object.keys(services[name]).sort());
    }
    expect(Object.keys(access).sort()).toEqual(Object.keys(services).sort());
    expect(Object.keys(devOwnerMay).sort()).toEqual(Object.keys(services).sort());
  });

  it('does not compile with a row too few or too many', () => {
    const { cut, listSessions, listVerifiers } = access.operator;
    // @ts-expect-error a row is missing
    const missing: AccessTable['operator'] = { cut, listSessions };
    // @ts-expect-error there is no such method
    const extra: AccessTable['operator'] = { cut, listSessions, listVerifiers, cutAll: cut };
    expect([missing, extra]).toHaveLength(2);
  });

  it('names a role for every call that the owner of a development broker may make', () => {
    for (const name of ['operator', 'registry'] as const) {
      for (const rule of Object.values(access[name])) {
        expect(rule).toMatchObject({
          by: 'session',
          kinds: ['operator'],
          role: expect.any(String),
        });
      }
    }
  });

  it('wants a digest wherever a key is named or something ends', () => {
    const digests = [
      access.session.endSession,
      access.operator.cut,
      access.registry.createJoinToken,
    ];
    for (const rule of digests) expect(rule).toMatchObject({ digest: true });
  });
});
