import { describe, expect, it } from 'vitest';
import { callBy, callByNewKey } from '../doubles/calls.js';
import { sessionIdOf } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import { actorOf, sessionOf as sessionOfCall } from './call.js';

describe('who acts', () => {
  it('is named by session, key or kind, each unlike the others', () => {
    const call = callBy();
    const fresh = callByNewKey();
    expect(actorOf(call)).toBe(sessionIdOf(1));
    expect(actorOf(fresh)).toBe(fresh.caller.kind === 'new-key' && fresh.caller.key);
    expect(actorOf({ ...call, caller: { kind: 'dev-owner' } })).toBe('dev');
    expect(actorOf({ ...call, caller: { kind: 'broker' } })).toBe('broker');
  });
});

describe('the calling session', () => {
  it('is the one that was proved', () => {
    expect(sessionOfCall(callBy(sessionOf(7)))).toEqual(sessionOf(7));
  });

  it('is nobody else: whoever came past the access table is a fault', () => {
    for (const caller of [
      { kind: 'dev-owner' },
      { kind: 'broker' },
      callByNewKey().caller,
    ] as const) {
      expect(() => sessionOfCall({ ...callBy(), caller })).toThrow();
    }
  });
});
