import { ok, type Result, refuse } from '@creance/proto';
import type { Attested, Attestor, Evidence, Presentation } from '../attest/evidence.js';
import { joinTokenFacts } from '../attest/join-token.js';
import type { AuditEvent } from '../domain/audit.js';
import type { Denial } from '../domain/denial.js';
import {
  isRegistered,
  type MemberKind,
  type MemberRef,
  ownerOf,
  type Role,
} from '../domain/registry.js';
import type { OpenedSession, OpenRefusal, Store } from '../store/store.js';
import type { Call, Command } from './call.js';
import { freshHandle } from './fresh.js';
import { openWrite } from './open-write.js';
import { childPlace, type DeclaredPlace, type PlaceParts, rootPlace } from './place.js';

/** What a session is opened with. */
export interface OpenSessionAsk extends DeclaredPlace {
  readonly evidence: Evidence;
  /** What the caller is; evidence of another kind of member redeems nothing. Undefined: whichever. */
  readonly kind?: MemberKind | undefined;
}

/** A session that was opened, with what its member may do as an operator by today's manifest. */
export interface OpenedMember extends OpenedSession {
  readonly roles: readonly Role[];
}

/** Parts of the verb. */
export interface OpenSessionParts extends PlaceParts {
  readonly store: Pick<Store, 'openSession' | 'memberHandles' | 'joinToken' | 'contestJoinToken'> &
    PlaceParts['store'];
  readonly attestors: { readonly [Kind in Evidence['kind']]: Attestor<Kind> };
}

/**
 * Evidence → attestor → member → place in a tree → one store step (audit row included) → session bound to
 * the key that signed the request. The same key with the same evidence key gets its session again.
 */
export function openSession(parts: OpenSessionParts): Command<OpenSessionAsk, OpenedMember> {
  return async (ask, call) => {
    if (call.caller.kind !== 'new-key')
      throw new Error('the access table let a session open another');
    const { key } = call.caller;
    const { address, now } = call;
    const attested = await attest(parts, ask.evidence, { sessionKey: key, address, now });
    if (!attested.ok) return attested;
    const { member } = attested.value;
    if (ask.kind !== undefined && ask.kind !== member.kind)
      return refuse({ reason: 'evidence_wrong_kind', detail: { ...member, asked: ask.kind } });
    const registry = parts.registry();
    if (!isRegistered(registry, member)) {
      return refuse({
        reason: 'workload_not_registered',
        detail: { kind: member.kind, name: member.name },
      });
    }
    const place =
      ask.childJoinToken === undefined
        ? await rootPlace(parts, ask, member, now)
        : await childPlace(parts, ask, member);
    if (!place.ok) return place;
    const fresh = { member: freshHandle(parts.entropy), owner: freshHandle(parts.entropy) };
    const handles = await parts.store.memberHandles(member, ownerOf(registry, member), fresh);
    const opened = await parts.store.openSession(
      openWrite({ ...attested.value, handles, key, place: place.value }, call, parts.entropy),
    );
    if (!opened.ok) return refused(parts, opened.error, attested.value, call);
    const operator = member.kind === 'operator' ? registry.operators.get(member.name) : undefined;
    return ok({ ...opened.value, roles: [...(operator?.roles ?? [])] });
  };
}

/**
 * Why nothing was opened. A join token that another key has redeemed is contested by this one, whose assertion,
 * network and member were found good: its owner is told.
 */
async function refused(
  { store, registry }: OpenSessionParts,
  reason: OpenRefusal,
  { member, evidenceKey: key, joinTokenHash: hash }: Attested,
  call: Call,
): Promise<Result<never, Denial>> {
  if (reason !== 'join_token_used' || hash === undefined)
    return refuse({ reason, detail: { ...member, key } });
  const audit = contestedAudit(member, ownerOf(registry(), member), call);
  const contested = await store.contestJoinToken({ hash, key, now: call.now, audit });
  // Whoever comes again with it contests it then.
  if (!contested.ok) return refuse({ reason: contested.error });
  return refuse({ reason, detail: joinTokenFacts(await store.joinToken(hash), key) });
}

function contestedAudit({ kind, name }: MemberRef, owner: string, call: Call): AuditEvent {
  const { now, requestId, address } = call;
  const reason = `a second key has brought the join token of ${name}`;
  const reached = { workloads: kind === 'workload' ? [name] : [], owners: [owner] };
  const facts = { reason, kind, name, address, ...reached };
  return { kind: 'join_token_contested', at: now, actor: 'broker', requestId, facts };
}

function attest(
  { attestors }: OpenSessionParts,
  evidence: Evidence,
  presentation: Presentation,
): Promise<Result<Attested, Denial>> {
  return evidence.kind === 'join-token'
    ? attestors['join-token'](evidence, presentation)
    : attestors['key-assertion'](evidence, presentation);
}
