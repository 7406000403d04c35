import { describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { BelievedClock, type ClockFault } from './believed-clock.js';
import type { Clock } from './clock.js';

function watched(machine: FakeClock = new FakeClock(), clock: Clock = machine) {
  const told: (ClockFault | undefined)[] = [];
  const believed = new BelievedClock(clock, (fault) => told.push(fault));
  /** Lets seconds go by, with a look at each. */
  const pass = (seconds: number, slewPerSecond = 0) => {
    for (let second = 0; second < seconds; second += 1) {
      machine.advance(1);
      machine.stepWall(slewPerSecond);
      believed.look();
    }
  };
  return { machine, believed, told, pass };
}

describe('the believed clock', () => {
  // breaks when: a step is held against the last reading alone, and not latched
  it.each([3_600, -3_600, 31, -31])('does not follow a step of %i s', (seconds) => {
    const { machine, believed, told, pass } = watched();
    pass(5);
    const before = believed.now();
    machine.stepWall(seconds);
    expect(believed.fault()).toEqual({ cause: 'stepped', offMillis: seconds * 1_000 });
    expect(believed.now()).toBe(before);
    pass(100);
    expect(believed.now()).toBe(before + 100_000_000);
    expect(told).toHaveLength(1);
  });

  it.each([30, -30])(
    'goes by the wall when it steps %i s, as far as clocks may differ',
    (seconds) => {
      const { machine, believed, told } = watched();
      machine.stepWall(seconds);
      expect(believed.now()).toBe(machine.now());
      expect(told).toEqual([]);
    },
  );

  // breaks when: each small step is forgotten at once
  it('adds small steps up', () => {
    const { machine, believed, pass } = watched();
    for (let step = 0; step < 3; step += 1) {
      machine.stepWall(-15);
      pass(10);
    }
    expect(believed.fault()?.cause).toBe('stepped');
  });

  it('follows a clock that is slewed, however far it goes', () => {
    const { machine, believed, told, pass } = watched();
    pass(36_000, 0.1);
    expect(believed.now()).toBe(machine.now());
    pass(36_000, -0.05);
    expect(told).toEqual([]);
  });

  // breaks when: one reading that agrees is enough
  it('believes it again once it has agreed for 10 s, in one piece', () => {
    const { machine, believed, told, pass } = watched();
    machine.stepWall(3_600);
    pass(1);
    machine.stepWall(-3_600);
    pass(9);
    machine.stepWall(3_600);
    pass(1);
    machine.stepWall(-3_600);
    pass(10);
    expect(believed.fault()?.cause).toBe('stepped');
    pass(1);
    expect(believed.fault()).toBeUndefined();
    expect(told.map((fault) => fault?.cause)).toEqual(['stepped', undefined]);
    expect(believed.now()).toBe(machine.now());
  });

  // breaks when: sleep is a step, and a laptop has to be restarted each morning
  it('takes the sleep of a machine for what it is', () => {
    const machine = new FakeClock();
    let sleptMillis = 0;
    const { believed, told, pass } = watched(machine, {
      now: () => machine.now(),
      monotonicMillis: () => machine.monotonicMillis(),
      sinceBootMillis: () => machine.monotonicMillis() + sleptMillis,
    });
    for (const hours of [8, 1]) {
      pass(100);
      sleptMillis += hours * 3_600_000;
      machine.stepWall(hours * 3_600);
      expect(believed.now()).toBe(machine.now());
    }
    expect(told).toEqual([]);
    // breaks when: whatever comes after a sleep is taken for sleep
    machine.stepWall(3_600);
    expect(believed.fault()?.cause).toBe('stepped');
  });

  it('does not believe a clock that starts behind the log, until it has caught up', () => {
    const { machine, believed, told, pass } = watched();
    believed.holdAgainst((machine.now() + 3_600_000_000) as Instant);
    expect(believed.fault()).toEqual({ cause: 'behind_log', offMillis: -3_600_000 });
    pass(20);
    expect(believed.fault()?.cause).toBe('behind_log');
    machine.stepWall(3_600);
    pass(11);
    expect(believed.fault()).toBeUndefined();
    expect(told.map((fault) => fault?.cause)).toEqual(['behind_log', undefined]);
    machine.stepWall(-3_600);
    expect(believed.fault()?.cause).toBe('stepped');
  });

  it('starts where the log is ahead by no more than clocks may differ', () => {
    const { machine, believed, told } = watched();
    believed.holdAgainst((machine.now() + 30_000_000) as Instant);
    expect([believed.fault(), told]).toEqual([undefined, []]);
  });
});
