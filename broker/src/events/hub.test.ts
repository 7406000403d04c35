import { describe, expect, it } from 'vitest';
import type {
  BrokerEvent,
  EventFilter,
  EventKind,
  Happening,
  Occurrence,
} from '../domain/event.js';
import { nobodyReached, nowhere } from '../domain/event.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { sessionIdOf } from '../doubles/ids.js';
import { EventHub } from './hub.js';
import type { EventLine, WatchAsk, WatchEnd } from './subscriber.js';

/** A line that takes what it is told to take. */
class FakeLine implements EventLine {
  readonly taken: BrokerEvent[] = [];
  ended: WatchEnd | 'in order' | undefined;
  isSlow = false;
  #resume = (): void => {};

  write(event: BrokerEvent): boolean {
    this.taken.push(event);
    return !this.isSlow;
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  drain(): void {
    this.#resume();
  }

  end(reason?: WatchEnd): void {
    this.ended = reason ?? 'in order';
  }

  get kinds(): EventKind[] {
    return this.taken.map(({ what }) => what.kind);
  }
}

const opened = (name: string): Happening => {
  return { kind: 'session_opened', member: 'workload', name, parent: undefined };
};

function stage(limits = {}) {
  const clock = new FakeClock();
  const hits: string[] = [];
  const hub = new EventHub({ clock, limitHit: (name) => hits.push(name), limits });
  const publish = (what: Happening = opened('triage'), over: Partial<Occurrence> = {}) =>
    hub.publish({
      at: clock.now(),
      cause: undefined,
      ...nowhere,
      reached: nobodyReached,
      what,
      ...over,
    });
  const watch = (ask: Partial<WatchAsk> = {}, line = new FakeLine()) => {
    const filter = { workload: undefined, owner: undefined, session: undefined, kinds: undefined };
    const subscriber = hub.watch(line, {
      filter,
      after: 0,
      follow: true,
      fault: () => undefined,
      ...ask,
    });
    return { line, subscriber };
  };
  return { clock, hits, hub, publish, watch };
}

const all = { workload: undefined, owner: undefined, session: undefined, kinds: undefined };

describe('EventHub', () => {
  it('gives every event a greater number, also when the clock steps back and in another process', () => {
    const { publish, clock } = stage();
    const numbers = [publish().number, publish().number];
    clock.stepWall(-3_600);
    numbers.push(publish().number);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    expect(new Set(numbers).size).toBe(3);
    const later = stage();
    later.clock.advance(60);
    expect(later.publish().number).toBeGreaterThan(numbers[0] as number);
  });

  it('says what is kept, then what comes; without follow it ends in order', () => {
    const { publish, watch } = stage();
    const first = publish();
    const follower = watch();
    const reader = watch({ follow: false });
    const second = publish();
    expect(follower.line.taken).toEqual([first, second]);
    expect(reader.line.taken).toEqual([first]);
    expect(reader.line.ended).toBe('in order');
  });

  it('says since when nothing is missing: its beginning, then what the ring let go last', () => {
    const { clock, hub, publish } = stage({ eventsKept: 2 });
    const began = clock.now();
    expect(hub.kept).toEqual({ since: began, beganAt: began });
    clock.advance(1);
    const first = publish();
    publish();
    expect(hub.kept.since).toBe(began);
    publish();
    expect(hub.kept).toEqual({ since: first.number, beganAt: began });
  });

  // breaks when: the ring forgets without saying so, or a number of another process is taken for one of this
  it('goes on after a number without a gap, and says the gap where there is one', () => {
    const { publish, watch } = stage({ eventsKept: 3 });
    const before = publish();
    for (let i = 0; i < 3; i += 1) publish();
    const last = publish();
    expect(watch({ after: last.number }).line.kinds).toEqual([]);
    const kept = watch().line.taken;
    expect(kept).toHaveLength(3);
    const [oldest] = kept as [BrokerEvent];
    expect(watch({ after: oldest.number }).line.taken).toEqual(kept.slice(1));
    const behind = watch({ after: before.number }).line.taken;
    expect(behind.map(({ what }) => what.kind)).toEqual([
      'gap',
      'session_opened',
      'session_opened',
      'session_opened',
    ]);
    const [gap] = behind as [BrokerEvent];
    // Whoever goes on after the gap itself misses nothing more.
    expect(watch({ after: gap.number }).line.taken).toEqual(kept);
    expect(watch({ after: last.number + 1 }).line.kinds[0]).toBe('gap');
    expect(watch({ after: 1 }).line.kinds[0]).toBe('gap');
  });

  // breaks when: a slow watcher is waited for, or takes another's events along
  it('lets a slow watcher go with its reason, and nobody else notices', () => {
    const { publish, watch, hits, hub } = stage({ eventsWaiting: 2 });
    const slow = watch();
    slow.line.isSlow = true;
    const quick = watch();
    for (let i = 0; i < 4; i += 1) publish();
    expect(slow.line.ended).toBe('events_too_slow');
    expect(slow.line.taken).toHaveLength(1);
    expect(quick.line.taken).toHaveLength(4);
    expect(hits).toEqual(['eventsWaiting']);
    expect(hub.watching).toBe(1);
  });

  it('hands over what waited in order, once the line takes more', () => {
    const { publish, watch } = stage({ eventsWaiting: 2 });
    const { line } = watch();
    line.isSlow = true;
    const events = [publish(), publish(), publish()];
    expect(line.taken).toHaveLength(1);
    line.isSlow = false;
    line.drain();
    expect(line.taken).toEqual(events);
    expect(line.ended).toBeUndefined();
  });

  it('takes so many watchers and no more', () => {
    const { watch, hits } = stage({ eventSubscribers: 2 });
    expect([watch(), watch(), watch()].map(({ subscriber }) => subscriber !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    expect(hits).toEqual(['eventSubscribers']);
  });

  it('ends a watch as soon as its watcher may not hear more', () => {
    const { watch, hub, publish } = stage();
    let fault: WatchEnd | undefined;
    const { line } = watch({ fault: () => fault });
    hub.review();
    fault = 'session_revoked';
    hub.review();
    publish();
    expect([line.ended, line.taken]).toEqual(['session_revoked', []]);
  });

  it('ends every watch when the broker stops', () => {
    const { watch, hub } = stage();
    const { line } = watch();
    hub.close();
    expect([line.ended, hub.watching]).toEqual(['shutting_down', 0]);
  });

  it.each<[string, Partial<EventFilter>, string[]]>([
    ['a workload, by its place or by what was reached', { workload: 'triage' }, ['own', 'reached']],
    ['an owner likewise', { owner: 'team' }, ['own', 'reached']],
    ['a session', { session: sessionIdOf('child') }, ['own']],
    ['a root with what is below it', { session: sessionIdOf('root') }, ['own']],
    ['all', {}, ['own', 'reached', 'foreign']],
  ])('filters by %s', (_name, filter, expected) => {
    const { publish, watch } = stage();
    const { line } = watch({ filter: { ...all, ...filter } });
    publish(opened('own'), {
      workload: 'triage',
      owner: 'team',
      session: sessionIdOf('child'),
      root: sessionIdOf('root'),
    });
    publish(opened('reached'), { reached: { workloads: ['triage'], owners: ['team'] } });
    publish(opened('foreign'), { workload: 'mailer', owner: 'desk' });
    expect(line.taken.map(({ what }) => (what as { name: string }).name)).toEqual(expected);
  });

  it('filters by kinds, but says a gap to everybody', () => {
    const { publish, watch } = stage();
    const kinds = new Set<EventKind>(['held']);
    const { line } = watch({ filter: { ...all, kinds }, after: 1 });
    publish();
    expect(line.kinds).toEqual(['gap']);
  });
});
