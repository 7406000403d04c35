import { ok, type Result } from '@creance/proto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Denial } from '../domain/denial.js';
import type { Session } from '../domain/session.js';
import { systemClock } from '../runtime/clock.js';
import { DoubleClient, DoubleEdges } from './double-edge.js';
import { openedStream, reasonOf } from './double-stream.js';
import type { EdgeCommands } from './edge-commands.js';
import { openLoopGuard } from './loop-guard.js';

const { start, stop } = new DoubleEdges();
afterEach(stop);

const session = (method: string) => `/creance.v1.SessionService/${method}`;
const workload = { 'creance-session': 'workload:triage' };

/**
 * An edge whose guard has not looked since the clock went ahead: the loop is in one long turn. One connection
 * has a call in flight, which is all that one may have.
 */
async function late(millis: number, loopCallsInFlight = 0) {
  let ahead = 0;
  const held = Promise.withResolvers<Result<Session, Denial>>();
  let running = 0;
  const clock = { ...systemClock, monotonicMillis: () => systemClock.monotonicMillis() + ahead };
  const bounds = { loopCallsInFlight, loopCallsPerConnection: 1 };
  const limits = { loopLookMillis: 60_000, loopLagMillis: 200, ...bounds };
  const renewSession: EdgeCommands['renewSession'] = async (_ask, { caller }) => {
    running += 1;
    if (running === 1) return held.promise;
    return caller.kind === 'session' ? ok(caller.session) : held.promise;
  };
  const double = await start({ clock, limits, commands: { renewSession } });
  const stream = await openedStream(double);
  const first = double.client.call(session('RenewSession'), undefined, workload);
  await vi.waitUntil(() => running === 1);
  ahead = 60_000 + millis;
  const end = async () => {
    held.resolve({ ok: false, error: { reason: 'session_ended' } });
    await first;
    stream.call.cancel();
  };
  return { ...double, stream, end };
}

describe('an event loop that is late', () => {
  // breaks when: the gate does not ask the guard, or the bound is another
  it('has whoever has most in flight come again, before it costs anything', async () => {
    const { client, hits, end } = await late(400);
    const refused = await client.call(session('RenewSession'), undefined, workload);
    expect(refused).toMatchObject({ code: 8, reason: 'broker_busy' });
    expect(hits).toContain('loopLagMillis');
    await end();
  });

  // breaks when: the gate refuses all alike, or a call that has ended is counted on
  it('refuses nobody else, and nobody for calls that are over', async () => {
    const { client, edge, end } = await late(400);
    const other = new DoubleClient(edge.port);
    expect((await other.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
    expect((await other.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
    await end();
    expect((await client.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
  });

  // breaks when: stream-session.ts does not ask who has how many in flight, or refuses all alike
  it('has the messages of a stream come again like calls, while its connection has most', async () => {
    const { stream, end } = await late(400);
    stream.renew(1);
    expect(reasonOf(await stream.nextOf('refusal'))).toBe('broker_busy');
    await end();
  });

  // breaks when: a call that cuts or gives a place back is among those that wait
  it('holds up nothing that cuts, ends or enforces', async () => {
    const { client, end } = await late(400);
    const operator = { 'creance-session': 'operator:oncall' };
    const ended = await client.call(session('EndSession'), undefined, workload);
    const listed = await client.call('/creance.v1.OperatorService/ListKeys', undefined, operator);
    expect([ended.reason, listed.reason]).not.toContain('broker_busy');
    expect(ended.reason).toBe('ok');
    await end();
  });

  // breaks when: a machine that stood still for a moment has its few callers come again
  it('refuses nobody while few calls are in flight', async () => {
    const { client, end } = await late(400, 2);
    expect((await client.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
    await end();
  });

  it('refuses nobody while it is late by less than the bound', async () => {
    const { client, end } = await late(50);
    expect((await client.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
    await end();
  });
});

describe('the guard of the loop', () => {
  // breaks when: the lag is only known after the look that was late
  it('knows within a long turn that the loop is late, and forgets it afterwards', async () => {
    const guard = openLoopGuard(systemClock, 5);
    const until = performance.now() + 60;
    while (performance.now() < until);
    expect(guard.lagMillis()).toBeGreaterThan(30);
    await expect.poll(() => guard.lagMillis(), { interval: 1 }).toBeLessThan(30);
    guard.stop();
  });
});
