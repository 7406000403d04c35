import { describe, expect, it } from 'vitest';
import { handleOf, sessionIdOf } from '../../doubles/ids.js';
import type { LiveSession } from './live-session.js';
import { Trees } from './trees.js';

const session = (name: string, root = name) =>
  ({ id: sessionIdOf(name), root: sessionIdOf(root) }) as unknown as LiveSession;
const login = handleOf('login');
const idsIn = (sessions: readonly LiveSession[]) => sessions.map(({ id }) => id).sort();
const ids = (...names: readonly string[]) => names.map((name) => sessionIdOf(name)).sort();

describe('Trees', () => {
  it('gives the sessions of a tree, and those of every tree below a login', () => {
    const trees = new Trees();
    trees.add(session('a'), login);
    trees.add(session('a1', 'a'), undefined);
    trees.add(session('b'), login);
    trees.add(session('c'), handleOf('another login'));
    trees.add(session('d'), undefined);
    expect(idsIn(trees.of(sessionIdOf('a')))).toEqual(ids('a', 'a1'));
    expect(idsIn(trees.below(login))).toEqual(ids('a', 'a1', 'b'));
    expect(trees.below(handleOf('nobody'))).toEqual([]);
    expect(trees.of(sessionIdOf('nobody'))).toEqual([]);
  });

  it('keeps the login of a tree whose root is watched no more, as long as a child is', () => {
    const trees = new Trees();
    const [root, child] = [session('a'), session('a1', 'a')];
    trees.add(root, login);
    trees.add(child, undefined);
    trees.remove(root);
    expect(idsIn(trees.below(login))).toEqual(ids('a1'));
  });

  // breaks when: an empty set, or the login of a tree that is gone, is left behind
  it('remembers nothing of what is gone', () => {
    const trees = new Trees();
    for (let nth = 0; nth < 1_000; nth += 1) {
      const [root, child] = [session(`r${nth}`), session(`c${nth}`, `r${nth}`)];
      trees.add(root, handleOf(`login ${nth % 10}`));
      trees.add(child, undefined);
      for (const one of nth % 2 === 0 ? [root, child] : [child, root]) trees.remove(one);
      trees.remove(root);
    }
    expect(trees.size).toBe(0);
  });
});
