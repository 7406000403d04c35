import type { SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Sighting } from '../domain/action.js';
import { sessionIdOf } from '../doubles/ids.js';
import { WitnessStand } from './doubles/witness-stand.js';
import { holdMillis, JoinedActions, joinMillis, loneMillis } from './joined-actions.js';
import { SilentSessions, silentActionsMax, silentSessionsMax } from './joined-actions-silent.js';

const stand = new WitnessStand();
const agent = stand.agent.id;
const other = sessionIdOf('other');
/** Time within which halves become due together. */
const slack = 250;

let joined: JoinedActions;
let forgotten: string[];

beforeEach(() => {
  forgotten = [];
  joined = new JoinedActions((bound) => void forgotten.push(bound), {
    perSession: 4,
    all: 8,
  });
});

const sighting = (id: string, parts: Partial<Sighting> = {}) => stand.sighting({ id, ...parts });
const strong = (id: string, at = 0, session: SessionId = agent, parts: Partial<Sighting> = {}) =>
  joined.strong(sighting(id, { session, ...parts }), session, at);
const weak = (id: string, at = 0, session: SessionId = agent, parts: Partial<Sighting> = {}) =>
  joined.weak(sighting(id, { strength: 'weak', session, ...parts }), session, at);
const releasedAt = (at: number) => joined.due(at).released.map(({ id }) => id);
const loneAt = (at: number) => joined.due(at).lone.map(({ kind }) => kind);

describe('an action that both tell', () => {
  // breaks when: a session's own word is judged beside the resource's
  it('is judged by the word of the resource alone, whoever comes first', () => {
    strong('1');
    weak('1', 900);
    weak('2', 1_000);
    strong('2', 2_900);
    expect(joined.size).toBe(0);
    expect(joined.due(1e9)).toEqual({ released: [], lone: [] });
  });

  it('is told of by nobody as lone, though the resource came after the session’s own word was let go', () => {
    weak('1');
    expect(releasedAt(holdMillis + slack)).toEqual(['1']);
    strong('1', 5_000);
    expect(loneAt(1e9)).toEqual([]);
  });

  // breaks when: the key leaves out the resource: one that learns an id hides what was done at another
  it('is not the same at two resources, or in two sessions', () => {
    for (const session of [agent, other]) {
      weak('first', 0, session);
      strong('first', 0, session);
    }
    strong('1', 0, agent, { resource: 'mail' });
    strong('1', 0, other);
    weak('1');
    expect(releasedAt(holdMillis + slack)).toEqual(['1']);
  });
});

describe('what a session alone tells', () => {
  it('is let go after two seconds, once', () => {
    weak('1');
    expect(releasedAt(holdMillis - 1)).toEqual([]);
    expect(releasedAt(holdMillis + slack)).toEqual(['1']);
    expect(releasedAt(1e9)).toEqual([]);
  });

  it('is told of after ten seconds, when it was allowed', () => {
    weak('1');
    weak('2', 0, agent, { outcome: 'refused' });
    expect(loneAt(loneMillis - 1)).toEqual([]);
    expect(loneAt(loneMillis + slack)).toEqual(['unwitnessed_action']);
    expect(loneAt(1e9)).toEqual([]);
  });
});

describe('what a resource alone tells', () => {
  // breaks when: sessions that never report are expected to
  it('is told of after ten seconds, of a session that else reports', () => {
    strong('1');
    weak('first');
    strong('2');
    strong('3', 0, agent, { outcome: 'refused' });
    strong('4', 0, other);
    expect(loneAt(loneMillis + slack)).toEqual(['unwitnessed_action', 'unreported_action']);
  });

  it('is joined with a word that comes late, and forgotten after half a minute', () => {
    weak('first');
    strong('first');
    strong('1');
    joined.due(20_000);
    weak('1', 20_000);
    expect(joined.size).toBe(0);
    strong('2', 20_000);
    expect(joined.size).toBe(1);
    joined.due(20_000 + joinMillis + slack);
    expect(joined.size).toBe(0);
  });
});

describe('the memory', () => {
  // breaks when: what is pushed out is forgotten unjudged: then a flood hides an action
  it('is bounded for a session, and what it pushes out is judged', () => {
    for (let at = 0; at < 10; at += 1) weak(`${at}`);
    expect(joined.size).toBe(4);
    expect(releasedAt(0)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(forgotten).toEqual(Array(6).fill('perSession'));
  });

  it('of a session that never reports is small, and tells nobody', () => {
    for (let at = 0; at <= silentActionsMax; at += 1) strong(`${at}`);
    expect([joined.size, forgotten]).toEqual([0, []]);
    for (const id of ['0', '1', `${silentActionsMax}`]) weak(id);
    expect(releasedAt(holdMillis + slack)).toEqual(['0']);
  });

  // breaks when: sessions that never report are remembered without end
  it('is bounded in sessions that never report', () => {
    const silent = new SilentSessions();
    const sessions = Array.from(
      { length: silentSessionsMax + 1 },
      (_, at) => `s${at}` as SessionId,
    );
    for (const session of sessions) silent.note(session, 'a', 'crm');
    const [first, second] = sessions as [SessionId, SessionId];
    expect([silent.has(first, 'a', 'crm'), silent.has(second, 'a', 'crm')]).toEqual([false, true]);
    expect(silent.has(second, 'a', 'mail')).toBe(false);
  });

  it('is bounded in all, and another session makes room', () => {
    for (const name of ['a', 'b', 'c']) {
      weak('first', 0, sessionIdOf(name));
      strong('first', 0, sessionIdOf(name));
      for (let at = 0; at < 4; at += 1) strong(`${at}`, 0, sessionIdOf(name));
    }
    expect(joined.size).toBe(8);
    expect(forgotten).toEqual(Array(4).fill('all'));
    for (let at = 0; at < 4; at += 1) weak(`${at}`, 0, sessionIdOf('c'));
    expect(releasedAt(holdMillis + slack)).toEqual([]);
  });

  // breaks when: a completed half stays in its slot
  it('keeps nothing of what is joined, however much that is', () => {
    for (let at = 0; at < 10_000; at += 1) {
      strong(`${at}`, at);
      weak(`${at}`, at);
    }
    expect([joined.size, forgotten]).toEqual([0, []]);
  });
});
