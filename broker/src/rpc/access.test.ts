import { describe, expect, it } from 'vitest';
import { type AccessTable, access, devOwnerMay, services, streamAccess } from './access.js';

describe('access', () => {
  it('has a row for each method of each service and no other', () => {
    for (const name of Object.keys(services) as (keyof typeof services)[]) {
      expect(Object.keys(access[name]).sort()).toEqual(Object.keys(services[name]).sort());
    }
    expect(Object.keys(access).sort()).toEqual(Object.keys(services).sort());
    expect(Object.keys(devOwnerMay).sort()).toEqual(Object.keys(services).sort());
  });

  it('does not compile with a row too few or too many', () => {
    const { subscribe, acknowledge } = access.verifier;
    // @ts-expect-error a row is missing
    const missing: AccessTable['verifier'] = { subscribe };
    // @ts-expect-error there is no such method
    const extra: AccessTable['verifier'] = { subscribe, acknowledge, cutAll: acknowledge };
    const { challengeAnswer: _none, ...others } = streamAccess;
    // @ts-expect-error a kind of message is missing
    const kinds: typeof streamAccess = others;
    expect([missing, extra, kinds]).toHaveLength(3);
  });

  // breaks when: another row says whileHeld
  it('lets a held session revalidate itself, with digest and new key, and do nothing else', () => {
    const held = Object.values(access).flatMap((rows) =>
      Object.entries<object>(rows).filter(([, rule]) => 'whileHeld' in rule),
    );
    expect(held).toEqual([
      ['rekeySession', expect.objectContaining({ whileHeld: true, digest: true, newKey: true })],
    ]);
  });

  it('names a role for every call that the owner of a development broker may make', () => {
    for (const name of ['operator', 'registry'] as const) {
      for (const rule of Object.values(access[name])) {
        expect(rule).toMatchObject({ by: 'session', kinds: ['operator'] });
        const roles = 'role' in rule ? [rule.role].flat() : [];
        expect(roles).not.toEqual([]);
        expect(roles).not.toContain(undefined);
      }
    }
  });

  it('wants a digest wherever a key is named or something ends', () => {
    const digests = [
      access.session.endSession,
      access.session.delegateSession,
      access.session.createChildJoinToken,
      access.session.rekeySession,
      access.operator.cut,
      access.operator.suspend,
      access.operator.resume,
      access.operator.compromiseKey,
      access.registry.createJoinToken,
    ];
    for (const rule of digests) expect(rule).toMatchObject({ digest: true });
  });

  it('wants a second proof wherever a key is brought', () => {
    const bringing = Object.values(access.session).filter((rule) => 'newKey' in rule);
    expect(bringing).toEqual([access.session.delegateSession, access.session.rekeySession]);
  });

  // breaks when: a message may be sent by a session that may not make the call
  it('lets no message through where the call of the same name is not', () => {
    const calls = {
      issueToken: access.session.issueToken,
      renewSession: access.session.renewSession,
      reportActions: access.action.reportActions,
    };
    for (const [kind, rule] of Object.entries(calls))
      expect(rule).toMatchObject({ kinds: streamAccess[kind as keyof typeof calls] });
  });
});
