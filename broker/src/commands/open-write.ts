import type { Thumbprint } from '@creance/proto';
import type { Attested } from '../attest/evidence.js';
import type { AuditEvent } from '../domain/audit.js';
import { plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { MemberHandles } from '../domain/registry.js';
import type { Entropy } from '../runtime/entropy.js';
import type { OpenSession } from '../store/store.js';
import type { Call } from './call.js';
import { freshHandle, freshSessionId } from './fresh.js';
import type { Place } from './place.js';
import { taskFacts } from './task-ask.js';

/** Everything that is known of a session to open. */
export interface Opening extends Attested {
  readonly handles: MemberHandles;
  readonly key: Thumbprint;
  readonly place: Place;
}

/** The one step of the store that opens a session, its audit record included. */
export function openWrite(opening: Opening, call: Call, entropy: Entropy): OpenSession {
  const { member, evidenceKey, joinTokenHash, handles, key, place } = opening;
  const { task, absoluteEndAt, transaction, principal, upstream, child } = place;
  const id = freshSessionId(entropy);
  return {
    now: call.now,
    id,
    member,
    handles,
    key,
    transaction,
    absoluteEndAt,
    principal,
    upstream,
    task,
    child,
    evidence:
      joinTokenHash === undefined
        ? { kind: 'key-assertion', key: evidenceKey }
        : {
            kind: 'join-token',
            hash: joinTokenHash,
            key: evidenceKey,
            freshHandle: freshHandle(entropy),
            keyExpiresAt: plusSeconds(call.now, limits.evidenceKeySeconds),
          },
    audit: auditOf(opening, id, call),
  };
}

/** Names of persons and logins are not written down: their handles are. */
function auditOf(opening: Opening, session: OpenSession['id'], call: Call): AuditEvent {
  const { member, evidenceKey, joinTokenHash, key, place } = opening;
  return {
    kind: 'session_opened',
    at: call.now,
    actor: key,
    session,
    requestId: call.requestId,
    facts: {
      kind: member.kind,
      name: member.name,
      evidence: joinTokenHash === undefined ? 'key-assertion' : 'join-token',
      evidenceKey,
      address: call.address,
      ...(place.parent && { parent: place.parent.id }),
      ...(place.principal && { principal: place.principal }),
      ...(place.upstream && { upstream: place.upstream }),
      ...taskFacts(place.task),
    },
  };
}
