import { describe, expect, it } from 'vitest';
import type { Instant } from '../../domain/instant.js';
import { scopesOf, sessionIdOf } from '../../doubles/ids.js';
import { type AskedAt, AskLine } from './ask-line.js';

const ask = (nth: number): AskedAt => ({
  session: sessionIdOf(nth),
  audience: 'https://crm.example.internal',
  scopes: scopesOf('contacts:read'),
  what: 'token',
  at: nth as Instant,
});

function line(holdMillis: number, most: number) {
  const judged: number[] = [];
  const timers: { readonly run: () => void; readonly millis: number }[] = [];
  const asks = new AskLine({
    holdMillis,
    most,
    judge: ({ at }) => void judged.push(at),
    later: (run, millis) => void timers.push({ run, millis }),
  });
  return { asks, judged, timers };
}

describe('AskLine', () => {
  // Law 10. breaks when: put judges: whoever asks for a canary then waits for what comes of it
  it('judges nothing while somebody waits for the answer, and everything later, in order', () => {
    const { asks, judged, timers } = line(40, 100);
    for (const nth of [1, 2, 3]) asks.put(ask(nth));
    expect([judged, timers.length, timers[0]?.millis]).toEqual([[], 1, 40]);
    timers[0]?.run();
    expect(judged).toEqual([1, 2, 3]);
    asks.put(ask(4));
    expect([judged.length, timers.length]).toEqual([3, 2]);
  });

  it('judges what waits when too many wait, and drops none', () => {
    const { asks, judged, timers } = line(40, 2);
    for (let nth = 1; nth <= 7; nth += 1) asks.put(ask(nth));
    expect(judged).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { run } of timers) run();
    expect(judged).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('holds nobody when it is not to', () => {
    const { asks, judged } = line(0, 100);
    asks.put(ask(1));
    expect(judged).toEqual([1]);
  });
});
