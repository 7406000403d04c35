import { describe, expect, it } from 'vitest';
import { Gather } from './gather.js';
import { type RecordedEvent, RecordedFault } from './recorded.js';

function event(session: string, action = 'a'): RecordedEvent {
  return { dataset: 'd', session, label: 'benign', actor: 'w', action, system: 's' };
}

describe('Gather', () => {
  it('puts sessions together that overlap, in the order of their last events', () => {
    const gather = new Gather();
    for (const one of ['a', 'b', 'a', 'b', 'c']) expect(gather.add('f:1', event(one))).toEqual([]);
    const sessions = gather.end();
    expect(sessions.map((group) => [group[0]?.session, group.length])).toEqual([
      ['a', 2],
      ['b', 2],
      ['c', 1],
    ]);
  });

  // breaks when: all events are held to the end of the file
  it('lets go of the session that has been quiet for longest when it holds too much', () => {
    const gather = new Gather({ eventsHeld: 4 });
    for (const one of ['a', 'b', 'a', 'c']) gather.add('f:1', event(one));
    expect(gather.add('f:5', event('c')).map((group) => group[0]?.session)).toEqual(['b']);
  });

  // breaks when: a session that was let go is judged as two
  it('refuses a session that goes on after it was let go', () => {
    const gather = new Gather({ eventsHeld: 2 });
    for (const one of ['a', 'b', 'b']) gather.add('f:1', event(one));
    expect(() => gather.add('f:9', event('a'))).toThrow(/^f:9: session: goes on/);
  });

  it('refuses a session beyond what may be held at all', () => {
    const gather = new Gather({ eventsHeld: 2 });
    gather.add('f:1', event('a'));
    gather.add('f:2', event('a'));
    expect(() => gather.add('f:3', event('a'))).toThrow(RecordedFault);
  });

  it('tells sessions of two datasets apart', () => {
    const gather = new Gather();
    gather.add('f:1', event('a'));
    gather.add('f:2', { ...event('a'), dataset: 'other' });
    expect(gather.end()).toHaveLength(2);
  });
});
