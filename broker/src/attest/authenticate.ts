import { ok, parseSessionId, type Result, refuse, type Thumbprint } from '@creance/proto';
import type { AccessRule } from '../domain/access.js';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import {
  type CurrentRegistry,
  isRegistered,
  type Registry,
  type Role,
} from '../domain/registry.js';
import { mayRevalidate, pathFault, type Session } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { ProofJudge } from '../tokens/proof-judge.js';
import { type OnProof, proofSeen } from './proof-seen.js';

/** What came with a call that must be proved. */
export interface Presented {
  readonly rule: Exclude<AccessRule, { readonly by: 'anyone' }>;
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Every value of the metadata entries `dpop`, `creance-session` and `creance-new-key-proof`. */
  readonly proofs: readonly string[];
  readonly sessions: readonly string[];
  readonly newKeyProofs: readonly string[];
  /** The request exactly as it came. */
  readonly bytes: Uint8Array;
  readonly now: Instant;
}

/** Proves who calls. A session speaks by its id and a proof by its key, never with a token. */
export type Authenticate = (presented: Presented) => Result<Caller, Denial>;

type SessionRule = Extract<AccessRule, { readonly by: 'session' }>;

/** Parts of authentication. */
export interface AuthenticatorParts {
  readonly judge: ProofJudge;
  readonly store: Pick<Store, 'path'>;
  readonly registry: CurrentRegistry;
  readonly onProof?: OnProof;
}

/** Opens authentication on the store's live sessions and today's registry. */
export function authenticator(parts: AuthenticatorParts): Authenticate {
  return (presented) =>
    presented.rule.by === 'new-key'
      ? newKey(parts.judge, presented)
      : liveSession(parts, presented, presented.rule);
}

function newKey(judge: ProofJudge, { proofs, path, bytes }: Presented): Result<Caller, Denial> {
  const proven = judge.judge({
    proofs,
    path,
    digestOf: bytes,
    nonceAlways: true,
    expectedKey: undefined,
  });
  return proven.ok ? ok({ kind: 'new-key', key: proven.value.key, jwk: proven.value.jwk }) : proven;
}

/**
 * The proofs first, the session's state after them: somebody without the key learns nothing of a
 * session, not even whether it lives.
 */
function liveSession(
  { judge, store, registry, onProof }: AuthenticatorParts,
  presented: Presented,
  rule: SessionRule,
): Result<Caller, Denial> {
  const { proofs, sessions, path, bytes, now } = presented;
  const [text, second] = sessions;
  const id = text === undefined || second !== undefined ? undefined : parseSessionId(text);
  if (id === undefined) return refuse({ reason: 'session_missing' });
  const sessionPath = store.path(id);
  const session = sessionPath.at(-1);
  if (session === undefined) return refuse({ reason: 'session_unknown', detail: { named: id } });
  const bringsKey = rule.newKey === true;
  const proven = judge.judge({
    proofs,
    path,
    digestOf: rule.digest || bringsKey ? bytes : undefined,
    nonceAlways: bringsKey,
    expectedKey: session.key,
  });
  // Not who calls: whom the caller says to be.
  if (!proven.ok) return refuse({ ...proven.error, detail: { ...proven.error.detail, named: id } });
  onProof?.(proofSeen(session, proven.value, proofs[0] as string));
  const brought = bringsKey ? secondKey(judge, presented, session) : ok(undefined);
  if (!brought.ok) return brought;
  const fault = pathFault(sessionPath, now, limits.sessionIdleSeconds);
  const revalidates =
    fault === 'session_suspended' && rule.whileHeld === true && mayRevalidate(sessionPath);
  if (fault !== undefined && !revalidates)
    return refuse({
      reason: fault,
      detail: { session: id, kind: session.kind, name: session.name },
    });
  const caller = admitted(session, rule, registry());
  if (!caller.ok || brought.value === undefined) return caller;
  return ok({ ...caller.value, newKey: brought.value });
}

/**
 * The second proof, by a key that has no session yet: for this very request, with a nonce. Used again with
 * another first proof it brings about the same child and nothing else.
 */
function secondKey(
  judge: ProofJudge,
  { newKeyProofs, path, bytes }: Presented,
  session: Session,
): Result<Thumbprint, Denial> {
  if (newKeyProofs.length !== 1) return refuse({ reason: 'new_key_proof_missing' });
  const proven = judge.judge({
    proofs: newKeyProofs,
    path,
    digestOf: bytes,
    nonceAlways: true,
    expectedKey: undefined,
  });
  if (!proven.ok) return proven;
  const { key } = proven.value;
  return key === session.key ? refuse({ reason: 'new_key_mismatch' }) : ok(key);
}

function admitted(
  session: Session,
  rule: SessionRule,
  registry: Registry,
): Result<Extract<Caller, { kind: 'session' }>, Denial> {
  const detail = { kind: session.kind, name: session.name };
  if (!rule.kinds.includes(session.kind))
    return refuse({
      reason: 'session_wrong_kind',
      detail: { ...detail, kinds: rule.kinds.join(' or ') },
    });
  if (!isRegistered(registry, session))
    return refuse({ reason: 'workload_not_registered', detail });
  const roles: ReadonlySet<Role> = rolesOf(session, registry);
  const wanted = rule.role === undefined ? [] : [rule.role].flat();
  const holdsOne = wanted.length === 0 || wanted.some((role) => roles.has(role));
  if (session.kind === 'operator' && !holdsOne) {
    const role = wanted.join(' or ');
    const presented = [...roles].join(' ');
    return refuse({ reason: 'operator_role_missing', detail: { ...detail, presented, role } });
  }
  return ok({ kind: 'session', session, roles });
}

function rolesOf(session: Session, registry: Registry): ReadonlySet<Role> {
  const operator = session.kind === 'operator' ? registry.operators.get(session.name) : undefined;
  return operator?.roles ?? new Set();
}
