import {
  encodeBase64url,
  type Handle,
  handleFromBytes,
  ok,
  refuse,
  type SessionId,
  sessionIdFromBytes,
} from '@creance/proto';
import type { Attested, Attestor, Evidence } from '../attest/evidence.js';
import { type Instant, plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { isRegistered, type MemberHandles, ownerOf, type Registry } from '../domain/registry.js';
import type { Entropy } from '../runtime/entropy.js';
import type { OpenedSession, OpenSession, Store } from '../store/store.js';
import type { Call, Command } from './call.js';

/** Parts of the verb. */
export interface OpenSessionParts {
  readonly registry: Registry;
  readonly store: Pick<Store, 'openSession' | 'memberHandles'>;
  readonly entropy: Entropy;
  readonly attestors: { readonly [Kind in Evidence['kind']]: Attestor<Kind> };
}

/**
 * Evidence → attestor → member → one store step (audit row included) → session bound to the key that
 * signed the request. The same key with the same evidence key gets its session again.
 */
export function openSession(
  parts: OpenSessionParts,
): Command<{ readonly evidence: Evidence }, OpenedSession> {
  return async ({ evidence }, call) => {
    if (call.caller.kind !== 'new-key')
      throw new Error('the access table let a session open another');
    const presentation = { sessionKey: call.caller.key, address: call.address, now: call.now };
    const attested =
      evidence.kind === 'join-token'
        ? await parts.attestors['join-token'](evidence, presentation)
        : await parts.attestors['key-assertion'](evidence, presentation);
    if (!attested.ok) return attested;
    const { member } = attested.value;
    if (!isRegistered(parts.registry, member)) {
      return refuse({
        reason: 'workload_not_registered',
        detail: { kind: member.kind, name: member.name },
      });
    }
    const fresh = { member: freshHandle(parts.entropy), owner: freshHandle(parts.entropy) };
    const handles = await parts.store.memberHandles(member, ownerOf(parts.registry, member), fresh);
    const opened = await parts.store.openSession(
      writeOf(attested.value, handles, call, call.caller.key, parts.entropy),
    );
    return opened.ok ? ok(opened.value) : refuse({ reason: opened.error, detail: { ...member } });
  };
}

function writeOf(
  { member, evidenceKey, joinTokenHash }: Attested,
  handles: MemberHandles,
  call: Call,
  key: OpenSession['key'],
  entropy: Entropy,
): OpenSession {
  const id = sessionIdFromBytes(entropy.bytes(16)) as SessionId;
  return {
    now: call.now,
    id,
    member,
    handles,
    key,
    transaction: encodeBase64url(entropy.bytes(16)),
    absoluteEndAt: plusSeconds(call.now, limits.sessionAbsoluteSeconds),
    evidence:
      joinTokenHash === undefined
        ? { kind: 'key-assertion', key: evidenceKey }
        : {
            kind: 'join-token',
            hash: joinTokenHash,
            key: evidenceKey,
            freshHandle: freshHandle(entropy),
            keyExpiresAt: evidenceKeyEnd(call.now),
          },
    audit: {
      kind: 'session_opened',
      at: call.now,
      actor: key,
      session: id,
      requestId: call.requestId,
      facts: {
        kind: member.kind,
        name: member.name,
        evidence: joinTokenHash === undefined ? 'key-assertion' : 'join-token',
        evidenceKey,
        address: call.address,
      },
    },
  };
}

function evidenceKeyEnd(now: Instant): Instant {
  return plusSeconds(now, limits.evidenceKeySeconds);
}

function freshHandle(entropy: Entropy): Handle {
  return handleFromBytes(entropy.bytes(16)) as Handle;
}
