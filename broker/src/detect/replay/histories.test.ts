import { describe, expect, it } from 'vitest';
import { Engine } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import { Histories } from './histories.js';
import { type RecordedAction, sessionOf } from './recorded-session.js';

const day = 86_400_000;
const start = 20_000 * day;
const actionsEach = 10;

function actions(at: number | null): readonly RecordedAction[] {
  const event = { dataset: 'd', session: 's', label: 'benign', actor: 'w', system: 'r' };
  return sessionOf(
    Array.from({ length: actionsEach }, (_, nth) => {
      return { ...event, action: `a${nth}`, t_ms: at === null ? null : at + nth };
    }),
  ).actions;
}

function stage(): { histories: Histories; teach: (at: number | null) => void; size: () => number } {
  const engine = new Engine();
  const histories = new Histories(engine, () => {});
  const teach = (at: number | null) => {
    const session = actions(at);
    histories.date(session);
    const watched = engine.open(histories.of('w', 'agent'), new Envelope(undefined));
    if (watched === undefined) throw new Error('there is no room');
    for (const { action } of session) engine.take(watched, action);
    engine.close(watched, histories.now, 'always');
  };
  return { histories, teach, size: () => Math.round(histories.find('w')?.size ?? 0) };
}

describe('Histories', () => {
  // breaks when: what was learned without a date counts as learned in 1970
  it('lets nothing fade that was learned without a date when the first date comes', () => {
    const { teach, size } = stage();
    teach(null);
    teach(5_000);
    teach(start);
    expect(size()).toBe(3 * actionsEach);
  });

  it('lets what was learned fade as the dates go on', () => {
    const { teach, size } = stage();
    teach(start);
    for (const days of [30, 60]) teach(start + days * day);
    expect(size()).toBeLessThan(3 * actionsEach);
  });

  // breaks when: the date is that of the last session, however odd
  it('does not go on by one date that nothing confirms', () => {
    const { histories, teach, size } = stage();
    for (const at of [start, start + 20_000 * day, start + 1_000]) teach(at);
    expect(histories.now).toBeLessThan(start + day);
    expect(size()).toBe(3 * actionsEach);
  });

  // breaks when: times after 2100 are dates
  it('takes no date from times that are none', () => {
    const { histories, teach } = stage();
    for (const at of [start, 1e14, 1e14, 7]) teach(at);
    expect(histories.now).toBeLessThan(start + day);
  });

  it('keeps what a copy learns to the copy', () => {
    const { histories, teach, size } = stage();
    teach(start);
    const copy = histories.copy();
    expect(copy.of('w', 'agent')).not.toBe(histories.find('w'));
    expect(copy.of('w', 'agent').size).toBe(size());
    copy.of('other', 'agent');
    expect(histories.find('other')).toBeUndefined();
  });
});
