import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import type { AuditRecord } from '../domain/audit.js';
import {
  type CutOf,
  type EventPlace,
  type Happening,
  nowhere,
  type Occurrence,
  type Reached,
} from '../domain/event.js';
import { type CurrentRegistry, type MemberKind, ownerOf } from '../domain/registry.js';
import type { Store } from '../store/store.js';

/** Where an occurrence is looked up. */
export interface PlaceParts {
  readonly store: Pick<Store, 'path'>;
  readonly registry: CurrentRegistry;
}

/** Where a session belongs, as far as memory and registry know it. */
export function placeOf({ store, registry }: PlaceParts, id: SessionId | undefined): EventPlace {
  const path = id === undefined ? [] : store.path(id);
  const own = path.at(-1);
  return {
    workload: own?.kind === 'workload' ? own.name : undefined,
    owner: own && ownerOf(registry(), { kind: own.kind, name: own.name }),
    session: id,
    root: path[0]?.id,
  };
}

/**
 * What an audit record tells, for those who watch; undefined when it tells nothing. Everything that is said
 * was committed with the record: nothing is looked up that a later write may have changed, but for names.
 */
export function occurrenceOf(parts: PlaceParts, { event }: AuditRecord): Occurrence | undefined {
  const facts = new Facts(event.facts);
  const on = facts.text('onSession') || event.session;
  const author = nameOf(parts, event.actor);
  const what = happeningOf(event, facts, { author, on, name: nameOf(parts, on ?? '') });
  if (what === undefined) return undefined;
  const { at, requestId } = event;
  const place = cutPlace(parts, what) ?? placeOf(parts, on as SessionId | undefined);
  return { at, cause: requestId, ...place, reached: facts.reached(), what };
}

/** A record's facts, read for what they should be: what is absent is empty. */
class Facts {
  readonly #facts: AuditRecord['event']['facts'];

  constructor(facts: AuditRecord['event']['facts']) {
    this.#facts = facts;
  }

  text(name: string): string {
    const fact = this.#facts[name];
    return fact === undefined ? '' : String(fact);
  }

  count(name: string): number {
    const fact = this.#facts[name];
    return typeof fact === 'number' ? fact : 0;
  }

  texts(name: string): readonly string[] {
    const fact = this.#facts[name];
    return Array.isArray(fact) ? (fact as readonly string[]) : [];
  }

  reached(): Reached | undefined {
    if (this.#facts['reachesMore'] === true) return undefined;
    return { workloads: this.texts('workloads'), owners: this.texts('owners') };
  }
}

/** Who has acted, and on which session, whose name is what memory still has. */
interface Named {
  readonly author: string;
  readonly on: string | undefined;
  readonly name: string;
}

function happeningOf(
  event: AuditRecord['event'],
  facts: Facts,
  { author, on, name }: Named,
): Happening | undefined {
  const authored = { author, reason: facts.text('reason') };
  const sessionsEnded = facts.count('sessionsEnded');
  const sessionsHeld = facts.count('sessionsHeld');
  const revision = facts.count('revision') as Revision;
  const cut = (of: CutOf, named: string): Happening => {
    return { kind: 'cut', of, name: named, ...authored, sessionsEnded, revision };
  };
  switch (event.kind) {
    case 'session_opened':
    case 'session_delegated': {
      const parent = (facts.text('parent') || undefined) as SessionId | undefined;
      const member = (facts.text('kind') || 'workload') as MemberKind;
      return { kind: 'session_opened', member, name: facts.text('name'), parent };
    }
    case 'session_ended':
    case 'session_expired': {
      const end = event.kind === 'session_ended' ? 'ended' : 'expired';
      return { kind: 'session_ended', name: facts.text('name') || name, end, sessionsEnded };
    }
    case 'session_cut':
      return cut('session', on ?? '');
    case 'tokens_cut':
      return cut('tokens', on ?? '');
    case 'before_cut':
      return cut('before', facts.text('before'));
    case 'handle_cut':
      return cut(facts.text('target') as CutOf, nameOfHandle(facts));
    case 'session_suspended':
      return { kind: 'held', cause: 'operator', ...authored, sessionsHeld, revision };
    case 'risk_suspended':
      return { kind: 'held', cause: 'watch', ...authored, sessionsHeld, revision };
    case 'join_token_contested':
      return { kind: 'held', cause: 'theft', ...authored, sessionsHeld, revision };
    case 'theft_answered':
      return facts.text('answer') === 'revoked'
        ? cut('session', on ?? '')
        : { kind: 'held', cause: 'theft', ...authored, sessionsHeld, revision };
    case 'session_resumed':
      return { kind: 'resumed', ...authored, sessionsResumed: facts.count('sessionsResumed') };
    case 'token_keys_cut':
      return {
        kind: 'key_compromised',
        keyIds: facts.texts('cut') as readonly Thumbprint[],
        ...authored,
        revision,
      };
    case 'manifest_applied':
      return {
        kind: 'manifest_applied',
        version: facts.count('version'),
        ...authored,
        sessionsEnded,
      };
    case 'registry_changed':
      return sessionsEnded > 0 ? cut('members', facts.texts('workloads').join(', ')) : undefined;
    default:
      return undefined;
  }
}

function nameOfHandle(facts: Facts): string {
  const names = ['name', 'key', 'handle', 'hash'].map((name) => facts.text(name));
  return names.find((name) => name !== '') ?? '';
}

/** Whose a cut by name is: of no session, but of a workload or owner. */
function cutPlace({ registry }: PlaceParts, what: Happening): EventPlace | undefined {
  if (what.kind !== 'cut') return undefined;
  const { of, name } = what;
  if (of === 'owner') return { ...nowhere, owner: name };
  if (of !== 'workload') return undefined;
  return { ...nowhere, workload: name, owner: ownerOf(registry(), { kind: 'workload', name }) };
}

/** A session's member by name, while it is in memory: ids say little at night. */
function nameOf({ store }: PlaceParts, id: string): string {
  return store.path(id as SessionId).at(-1)?.name ?? id;
}
