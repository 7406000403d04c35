import { describe, expect, it } from 'vitest';
import { runInLanes } from './lanes.mjs';

/** Runs steps whose ends the test decides; `running` and `started` say what goes on. */
function play(steps, lanes, isStopped) {
  const started = [];
  const ends = new Map();
  const run = ({ name }) => {
    started.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  const done = runInLanes(steps, { lanes, isStopped }, run);
  const end = async (name) => {
    ends.get(name)();
    ends.delete(name);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { started, done, end, running: () => [...ends.keys()] };
}

const named = (...names) => names.map((name) => ({ name }));

describe('runInLanes', () => {
  it('keeps every lane busy, in the order of the list', async () => {
    const { started, running, end, done } = play(named('a', 'b', 'c', 'd'), 2);
    expect(running()).toEqual(['a', 'b']);
    await end('b');
    expect(running()).toEqual(['a', 'c']);
    await end('a');
    await end('c');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    await end('d');
    await done;
  });

  it('waits for what a step needs, and lets later ones go first', async () => {
    const steps = [{ name: 'a' }, { name: 'b', needs: ['a', 'not asked for'] }, { name: 'c' }];
    const { running, end, done } = play(steps, 2);
    expect(running()).toEqual(['a', 'c']);
    await end('c');
    expect(running()).toEqual(['a']);
    await end('a');
    expect(running()).toEqual(['b']);
    await end('b');
    await done;
  });

  it('runs one that is alone beside nobody, and lets nobody pass it', async () => {
    const steps = [{ name: 'a' }, { name: 'b', alone: true }, { name: 'c' }];
    const { running, end, done } = play(steps, 2);
    expect(running()).toEqual(['a']);
    await end('a');
    expect(running()).toEqual(['b']);
    await end('b');
    expect(running()).toEqual(['c']);
    await end('c');
    await done;
  });

  it('starts nothing more once it is stopped, and waits for what runs', async () => {
    let stopped = false;
    let over = false;
    const { started, end, done } = play(named('a', 'b', 'c'), 2, () => stopped);
    const ended = done.then(() => {
      over = true;
    });
    stopped = true;
    await end('a');
    expect(over).toBe(false);
    await end('b');
    await ended;
    expect(started).toEqual(['a', 'b']);
  });

  it('says so when steps need each other', async () => {
    const steps = [
      { name: 'a', needs: ['b'] },
      { name: 'b', needs: ['a'] },
    ];
    await expect(play(steps, 2).done).rejects.toThrow('a, b');
  });
});
