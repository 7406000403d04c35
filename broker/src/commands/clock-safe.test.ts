import { ok } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { Attested } from '../attest/evidence.js';
import type { MemberKind } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Call } from './call.js';
import { evidenceWhileClockSafe, whileClockSafe } from './clock-safe.js';

const callOf = (kind: MemberKind) =>
  ({ caller: { kind: 'session', session: { kind } as Session } }) as unknown as Call;
const run = async () => ok('done');
const attest = (kind: MemberKind) => async () =>
  ok({ member: { kind, name: 'any' } } as unknown as Attested);
const unsafe = { ok: false, error: { reason: 'clock_unsafe', retryAfterMillis: 5_000 } };

describe('while the clock is not believed', () => {
  it('workloads get nothing, and prove nothing', async () => {
    expect(await whileClockSafe(() => false, run)({}, callOf('workload'))).toEqual(unsafe);
    const guarded = evidenceWhileClockSafe<'join-token'>(() => false, attest('workload'));
    expect(await guarded({} as never, {} as never)).toEqual(unsafe);
  });

  // breaks when: an operator cannot open the session that its cut needs, or a verifier cannot come back
  it.each(['operator', 'verifier'] as const)('a session of the kind %s goes on', async (kind) => {
    expect((await whileClockSafe(() => false, run)({}, callOf(kind))).ok).toBe(true);
    const guarded = evidenceWhileClockSafe<'join-token'>(() => false, attest(kind));
    expect((await guarded({} as never, {} as never)).ok).toBe(true);
  });

  it('everybody goes on once it is believed', async () => {
    expect((await whileClockSafe(() => true, run)({}, callOf('workload'))).ok).toBe(true);
  });
});
