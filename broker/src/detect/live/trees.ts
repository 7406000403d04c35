import type { Handle, SessionId } from '@creance/proto';
import type { LiveSession } from './live-session.js';

/** Watched sessions by their trees, and trees by the login above them: as many entries as sessions. */
export class Trees {
  readonly #ofRoot = new Map<SessionId, Set<LiveSession>>();
  readonly #ofLogin = new Map<Handle, Set<SessionId>>();
  readonly #loginOf = new Map<SessionId, Handle>();

  /** Takes a session; `login` is the upstream session of its root. */
  add(session: LiveSession, login: Handle | undefined): void {
    const { root } = session;
    setIn(this.#ofRoot, root).add(session);
    if (login === undefined) return;
    this.#loginOf.set(root, login);
    setIn(this.#ofLogin, login).add(root);
  }

  /** Leaves a session out; with the last one of it goes the tree. */
  remove(session: LiveSession): void {
    const { root } = session;
    if (!removeFrom(this.#ofRoot, root, session)) return;
    const login = this.#loginOf.get(root);
    this.#loginOf.delete(root);
    if (login !== undefined) removeFrom(this.#ofLogin, login, root);
  }

  /** The sessions of a tree. */
  of(root: SessionId): readonly LiveSession[] {
    return [...(this.#ofRoot.get(root) ?? [])];
  }

  /** The sessions of every tree below a login. */
  below(login: Handle): readonly LiveSession[] {
    return [...(this.#ofLogin.get(login) ?? [])].flatMap((root) => this.of(root));
  }

  /** Trees, and logins, that are remembered. */
  get size(): number {
    return this.#ofRoot.size + this.#ofLogin.size + this.#loginOf.size;
  }
}

function setIn<Key, Item>(sets: Map<Key, Set<Item>>, key: Key): Set<Item> {
  const found = sets.get(key) ?? new Set<Item>();
  sets.set(key, found);
  return found;
}

/** Whether it was the last of its set. */
function removeFrom<Key, Item>(sets: Map<Key, Set<Item>>, key: Key, item: Item): boolean {
  const set = sets.get(key);
  set?.delete(item);
  if (set?.size !== 0) return false;
  return sets.delete(key);
}
