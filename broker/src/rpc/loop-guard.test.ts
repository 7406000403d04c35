import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../runtime/clock.js';
import { DoubleEdges } from './double-edge.js';
import { openLoopGuard } from './loop-guard.js';

const { start, stop } = new DoubleEdges();
afterEach(stop);

const session = (method: string) => `/creance.v1.SessionService/${method}`;
const workload = { 'creance-session': 'workload:triage' };

/** An edge whose guard has not looked since the clock went ahead: the loop is in one long turn. */
async function late(millis: number, loopCallsInFlight = 0) {
  let ahead = 0;
  const clock = { ...systemClock, monotonicMillis: () => systemClock.monotonicMillis() + ahead };
  const limits = { loopLookMillis: 60_000, loopLagMillis: 200, loopCallsInFlight };
  const double = await start({ clock, limits });
  ahead = 60_000 + millis;
  return double;
}

describe('an event loop that is late', () => {
  // breaks when: the gate does not ask the guard, or the bound is another
  it('has calls that can wait come again, before they cost anything', async () => {
    const { client, hits } = await late(400);
    const refused = await client.call(session('RenewSession'), undefined, workload);
    expect(refused).toMatchObject({ code: 8, reason: 'broker_busy' });
    expect(hits).toContain('loopLagMillis');
  });

  // breaks when: a call that cuts or gives a place back is among those that wait
  it('holds up nothing that cuts, ends or enforces', async () => {
    const { client } = await late(400);
    const operator = { 'creance-session': 'operator:oncall' };
    const ended = await client.call(session('EndSession'), undefined, workload);
    const listed = await client.call('/creance.v1.OperatorService/ListKeys', undefined, operator);
    expect([ended.reason, listed.reason]).not.toContain('broker_busy');
    expect(ended.reason).toBe('ok');
  });

  // breaks when: a machine that stood still for a moment has its few callers come again
  it('refuses nobody while few calls are in flight', async () => {
    const { client } = await late(400, 1);
    expect((await client.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
  });

  it('refuses nobody while it is late by less than the bound', async () => {
    const { client } = await late(50);
    expect((await client.call(session('RenewSession'), undefined, workload)).reason).toBe('ok');
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
