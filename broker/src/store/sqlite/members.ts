import type { Handle } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { MemberHandles, MemberKind, MemberRef } from '../../domain/registry.js';
import type { KnownMembers } from '../known-members.js';
import type { Journal } from './journal.js';

interface NamedHandle {
  readonly name: string;
  readonly handle: Handle;
}

/** Handles of members and owners: given once, the same for ever, all in memory. */
export class Members {
  readonly #journal: Journal;
  readonly #insertMember: Database.Statement<[string, string, string]>;
  readonly #insertOwner: Database.Statement<[string, string]>;
  readonly #members = new Map<string, Handle>();
  readonly #owners = new Map<string, Handle>();
  readonly #ownersByHandle = new Map<Handle, string>();

  constructor(db: Database.Database, journal: Journal) {
    this.#journal = journal;
    this.#insertMember = db.prepare('INSERT INTO members (kind, name, handle) VALUES (?, ?, ?)');
    this.#insertOwner = db.prepare('INSERT INTO owners (name, handle) VALUES (?, ?)');
    const members = db.prepare<[], NamedHandle & MemberRef>(
      'SELECT kind, name, handle FROM members',
    );
    for (const row of members.iterate()) this.#members.set(keyOf(row), row.handle);
    const owners = db.prepare<[], NamedHandle>('SELECT name, handle FROM owners');
    for (const { name, handle } of owners.iterate()) {
      this.#owners.set(name, handle);
      this.#ownersByHandle.set(handle, name);
    }
  }

  /** Every member and owner that has been seen. */
  all(): Omit<KnownMembers, 'keys'> {
    const members = [...this.#members].map(([key, handle]) => ({ ...memberOf(key), handle }));
    return { members, owners: [...this.#owners].map(([name, handle]) => ({ name, handle })) };
  }

  /** The handle of a member, when it has been seen. */
  handleOf(member: MemberRef): Handle | undefined {
    return this.#members.get(keyOf(member));
  }

  /** The handle of an owner, when it has been seen. */
  handleOfOwner(owner: string): Handle | undefined {
    return this.#owners.get(owner);
  }

  /** The name of an owner by its handle. */
  ownerOf(handle: Handle): string | undefined {
    return this.#ownersByHandle.get(handle);
  }

  /** The handles of a member and an owner, when both have been seen. */
  find(member: MemberRef, owner: string): MemberHandles | undefined {
    const found = this.handleOf(member);
    const ownerHandle = this.handleOfOwner(owner);
    if (found === undefined || ownerHandle === undefined) return undefined;
    return { member: found, owner: ownerHandle };
  }

  /** The handles of a member and an owner; who is seen for the first time gets the fresh one. */
  findOrMake(member: MemberRef, owner: string, fresh: MemberHandles): MemberHandles {
    return {
      member: this.#make(this.#members, keyOf(member), fresh.member, (handle) =>
        this.#insertMember.run(member.kind, member.name, handle),
      ),
      owner: this.#make(this.#owners, owner, fresh.owner, (handle) => {
        this.#insertOwner.run(owner, handle);
        this.#ownersByHandle.set(handle, owner);
        this.#journal.onRollback(() => this.#ownersByHandle.delete(handle));
      }),
    };
  }

  #make(
    known: Map<string, Handle>,
    key: string,
    fresh: Handle,
    insert: (handle: Handle) => void,
  ): Handle {
    const found = known.get(key);
    if (found !== undefined) return found;
    insert(fresh);
    known.set(key, fresh);
    this.#journal.onRollback(() => known.delete(key));
    return fresh;
  }
}

/** No kind holds a colon, so that no two members share a key. */
function keyOf({ kind, name }: MemberRef): string {
  return `${kind}:${name}`;
}

function memberOf(key: string): MemberRef {
  const [kind = '', ...name] = key.split(':');
  return { kind: kind as MemberKind, name: name.join(':') };
}
