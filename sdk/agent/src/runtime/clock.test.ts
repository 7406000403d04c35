import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../doubles/fake-clock.js';
import { delay, orLater, systemClock } from './clock.js';

describe('delay', () => {
  it('waits for the time and no longer', async () => {
    const clock = new FakeClock();
    let over = false;
    const waiting = delay(clock, 100).then(() => {
      over = true;
    });
    await clock.advance(99);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
    await waiting;
  });

  it('rejects with the reason of the signal and takes its timer away', async () => {
    const clock = new FakeClock();
    const end = new AbortController();
    const waiting = delay(clock, 100, end.signal);
    end.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    expect(clock.pending).toBe(0);
  });

  it('rejects at once when the signal has aborted before', async () => {
    const clock = new FakeClock();
    await expect(delay(clock, 100, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(clock.pending).toBe(0);
  });
});

describe('orLater', () => {
  it('settles with the time when the work hangs', async () => {
    const clock = new FakeClock();
    let over = false;
    void orLater(clock, 100, new Promise(() => {})).then(() => {
      over = true;
    });
    await clock.advance(100);
    expect(over).toBe(true);
  });

  it('leaves no timer behind when the work is done', async () => {
    const clock = new FakeClock();
    await orLater(clock, 100, Promise.resolve());
    await settle();
    expect(clock.pending).toBe(0);
  });
});

describe('systemClock', () => {
  it('lets a timer be taken back', async () => {
    let fired = false;
    const timer = systemClock.after(0, () => {
      fired = true;
    });
    timer.unref();
    timer.cancel();
    await new Promise((resolve) => systemClock.after(2, () => resolve(undefined)));
    expect(fired).toBe(false);
  });
});
