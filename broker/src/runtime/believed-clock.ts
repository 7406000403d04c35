import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { Clock } from './clock.js';

/** Why the wall clock is not believed. */
export interface ClockFault {
  /** It has stepped while the broker ran, or it was behind what the log has seen when the broker started. */
  readonly cause: 'stepped' | 'behind_log';
  /** Milliseconds by which the wall is ahead of the time that the broker goes by; negative when it is behind. */
  readonly offMillis: number;
}

/** Tells of a change: what is wrong now, or that it is over. */
export type OnClock = (fault: ClockFault | undefined) => void;

const microsPerMilli = 1_000;
const stepMillis = limits.clockStepSeconds * 1_000;
/** Milliseconds between two readings of how long the machine has slept: it is a file on some machines. */
const sleepReadMillis = 60_000;
const agreeMillis = limits.clockAgreeSeconds * 1_000;

/**
 * The wall clock as far as it is believed. Each reading holds it against the monotonic one. It is followed as far
 * as somebody may slew it (`clockSlewPerMille`); once it is more than `clockStepSeconds` off, it is unsafe, and the
 * time goes on as if it had not stepped: nothing runs out and no revision leaps by a clock that somebody has set.
 * It is believed again when it has agreed for `clockAgreeSeconds`. A new process believes the wall as it finds it,
 * unless it is behind the log. A machine that slept has not stepped where it counts its sleep.
 */
export class BelievedClock implements Clock {
  readonly #clock: Clock;
  readonly #onChange: OnClock;
  /** What the wall is ahead of the monotonic time, as it is believed. Milliseconds. */
  #anchor: number;
  #lookedAt: number;
  /** Milliseconds that the machine had slept when that was last read, and when. */
  #slept: number;
  #sleptReadAt: number;
  #fault: ClockFault['cause'] | undefined;
  #agreesSince: number | undefined;
  /** Where the wall must come to after a start behind the log. Unix milliseconds. */
  #floorMillis = 0;

  constructor(clock: Clock, onChange: OnClock) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#lookedAt = clock.monotonicMillis();
    this.#slept = this.#sleptAt(this.#lookedAt);
    this.#sleptReadAt = this.#lookedAt;
    this.#anchor = this.#wallMillis() - this.#lookedAt;
  }

  /** The believed time. */
  now(): Instant {
    this.look();
    if (this.#fault !== 'stepped') return this.#clock.now();
    const millis = this.#anchor + this.#clock.monotonicMillis();
    return Math.round(millis * microsPerMilli) as Instant;
  }

  monotonicMillis(): number {
    return this.#clock.monotonicMillis();
  }

  /** What is wrong with the wall clock; undefined while it is believed. */
  fault(): ClockFault | undefined {
    this.look();
    return this.#fault === undefined ? undefined : this.#faultNow(this.#fault);
  }

  /** Holds it against the newest instant that the store has seen, at a start. Behind it, the wall is unsafe. */
  holdAgainst(newest: Instant): void {
    this.#floorMillis = newest / microsPerMilli - stepMillis;
    if (this.#wallMillis() >= this.#floorMillis) return;
    this.#fault = 'behind_log';
    this.#onChange(this.#faultNow('behind_log'));
  }

  /** Compares both clocks. Whoever reads the time does it anyway; a beat does where nobody reads. */
  look(): void {
    const monotonic = this.#clock.monotonicMillis();
    const elapsed = monotonic - this.#lookedAt;
    this.#lookedAt = monotonic;
    if (monotonic - this.#sleptReadAt >= sleepReadMillis) this.#addSleep(monotonic);
    const off = this.#wallMillis() - monotonic - this.#anchor;
    if (this.#fault === 'stepped') this.#recover(Math.abs(off) <= stepMillis, monotonic);
    else if (this.#fault === 'behind_log') this.#catchUp(off, monotonic);
    else this.#follow(off, elapsed, monotonic);
  }

  #follow(off: number, elapsed: number, monotonic: number): void {
    let rest = off;
    if (Math.abs(off) > stepMillis) rest -= this.#addSleep(monotonic);
    if (Math.abs(rest) > stepMillis) {
      this.#fault = 'stepped';
      this.#onChange(this.#faultNow('stepped'));
      return;
    }
    const most = (elapsed * limits.clockSlewPerMille) / 1_000;
    this.#anchor += Math.max(-most, Math.min(most, rest));
  }

  /** Lets the believed time go on by what the machine has slept meanwhile, and gives that. */
  #addSleep(monotonic: number): number {
    const slept = this.#sleptAt(monotonic);
    const sleep = Math.max(0, slept - this.#slept);
    this.#slept = slept;
    this.#sleptReadAt = monotonic;
    this.#anchor += sleep;
    return sleep;
  }

  #sleptAt(monotonic: number): number {
    return (this.#clock.sinceBootMillis?.() ?? monotonic) - monotonic;
  }

  #recover(agrees: boolean, monotonic: number): void {
    if (!agrees) this.#agreesSince = undefined;
    else this.#agreesSince ??= monotonic;
    if (this.#agreesSince === undefined || monotonic - this.#agreesSince < agreeMillis) return;
    this.#agreesSince = undefined;
    this.#fault = undefined;
    this.#onChange(undefined);
  }

  /** After a start behind the log the wall is all there is: it is followed wherever it goes until it has caught up. */
  #catchUp(off: number, monotonic: number): void {
    this.#anchor += off;
    this.#recover(this.#wallMillis() >= this.#floorMillis, monotonic);
  }

  #faultNow(cause: ClockFault['cause']): ClockFault {
    const wall = this.#wallMillis();
    const believed =
      cause === 'stepped'
        ? this.#anchor + this.#clock.monotonicMillis()
        : this.#floorMillis + stepMillis;
    return { cause, offMillis: Math.round(wall - believed) };
  }

  #wallMillis(): number {
    return this.#clock.now() / microsPerMilli;
  }
}
