import type { Reason, SessionId } from '@creance/proto';
import type { SpanReference } from '../domain/action.js';
import type { AuditEvent } from '../domain/audit.js';
import type { ClonedKeyFact, CounterLeftOutFact, Fact, ForeignKeyFact } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import type { CurrentRegistry, OnForeignKey } from '../domain/registry.js';
import type { CutDone, Store } from '../store/store.js';
import { persistently } from './persistently.js';

/** Who has shown what proves a fact. */
export interface Reporter {
  /** Name of the resource; `broker` for the broker itself. */
  readonly resource: string;
  /** The session of its verifier; `broker` likewise. */
  readonly witness: string;
  /** The span that it names for what it saw, if any; no input to any answer. */
  readonly span?: SpanReference | undefined;
}

/** What was done about a fact, once it is durable; or why it could not be written down. */
export interface Answered {
  readonly fact: Fact;
  /** The session that was acted upon: the one of the fact, or its root. */
  readonly session: SessionId;
  readonly outcome: 'tokens_cut' | 'session_revoked' | 'tree_suspended' | 'tree_revoked' | Reason;
  /** The row of the log and the live sessions that it ended or holds; undefined when nothing was written. */
  readonly done: CutDone | undefined;
}

/** Parts of the responder. */
export interface ResponderParts {
  readonly store: Pick<
    Store,
    'path' | 'answerTheft' | 'suspendForRisk' | 'cutTokens' | 'cutSession'
  >;
  readonly registry: CurrentRegistry;
  readonly now: () => Instant;
  /** Resolves after so many milliseconds. */
  readonly wait: (millis: number) => Promise<void>;
}

/** Answers facts. What is no fact does not compile (law 11). */
export type Respond = (fact: Fact, reporters: readonly Reporter[]) => Promise<Answered>;

/**
 * Opens the answers to facts: a cloned key by the store's own rule, a counter that is left out by a hold, a
 * leaked token by the workload's policy.
 */
export function openResponder(parts: ResponderParts): Respond {
  return (fact, reporters) => {
    switch (fact.kind) {
      case 'cloned_key':
        return answerClone(parts, fact, reporters);
      case 'counter_left_out':
        return answerLeftOut(parts, fact, reporters);
      case 'foreign_key':
        return answerLeak(parts, fact, reporters);
    }
  };
}

/** The tree is held with its evidence; evidence that was held before and not quiet since is revoked. */
async function answerClone(
  parts: ResponderParts,
  fact: ClonedKeyFact,
  reporters: readonly Reporter[],
): Promise<Answered> {
  const { session } = fact;
  const done = await persistently(parts.wait, () =>
    parts.store.answerTheft({
      session,
      ...write(parts, 'theft_answered', fact, reporters, session),
    }),
  );
  if (!done.ok) return failed(fact, rootOf(parts, session), done.error);
  const outcome = done.value.answer === 'revoked' ? 'tree_revoked' : 'tree_suspended';
  return { fact, session: done.value.session, outcome, done: done.value };
}

/**
 * The tree is held with its evidence, as for a risk: that is kept apart from thefts, so that neither this nor
 * its repetition makes anything be revoked.
 */
async function answerLeftOut(
  parts: ResponderParts,
  fact: CounterLeftOutFact,
  reporters: readonly Reporter[],
): Promise<Answered> {
  const { session } = fact;
  const hold = { session, ...write(parts, 'risk_suspended', fact, reporters, session) };
  const done = await persistently(parts.wait, () =>
    parts.store.suspendForRisk({ ...hold, tree: true, holdEvidence: true }),
  );
  if (!done.ok) return failed(fact, rootOf(parts, session), done.error);
  return { fact, session: done.value.session, outcome: 'tree_suspended', done: done.value };
}

/** By the session's own workload, as the registry has it today; the mildest when it is not there any more. */
async function answerLeak(
  parts: ResponderParts,
  fact: ForeignKeyFact,
  reporters: readonly Reporter[],
): Promise<Answered> {
  const own = parts.store.path(fact.session).at(-1);
  const workload = parts.registry().workloads.get(own?.name ?? '');
  const policy: OnForeignKey = workload?.responses.onForeignKey ?? 'token';
  const session = policy === 'tree' ? rootOf(parts, fact.session) : fact.session;
  if (policy === 'token') {
    const cut = { session, ...write(parts, 'tokens_cut', fact, reporters, session) };
    const done = await persistently(parts.wait, () => parts.store.cutTokens(cut));
    if (!done.ok) return failed(fact, session, done.error);
    const tokensCut = { revision: done.value, sessionsEnded: 0 };
    return { fact, session, outcome: 'tokens_cut', done: tokensCut };
  }
  const cut = { session, ...write(parts, 'session_cut', fact, reporters, session) };
  const done = await persistently(parts.wait, () => parts.store.cutSession(cut));
  if (!done.ok) return failed(fact, session, done.error);
  const outcome = policy === 'tree' ? 'tree_revoked' : 'session_revoked';
  return { fact, session, outcome, done: done.value };
}

function failed(fact: Fact, session: SessionId, outcome: Reason): Answered {
  return { fact, session, outcome, done: undefined };
}

/** The root of a session; itself when it is not in memory. */
function rootOf({ store }: Pick<ResponderParts, 'store'>, session: SessionId): SessionId {
  return store.path(session)[0]?.id ?? session;
}

/** The time of a write, and its audit record: words and figures of the fact, never its bytes. */
function write(
  { now }: ResponderParts,
  kind: AuditEvent['kind'],
  fact: Fact,
  reporters: readonly Reporter[],
  session: SessionId,
): { readonly now: Instant; readonly audit: AuditEvent } {
  const at = now();
  const facts = {
    reason: fact.words,
    fact: fact.kind,
    ofSession: fact.session,
    ...fact.figures,
    resources: reporters.map(({ resource }) => resource),
    witnesses: reporters.map(({ witness }) => witness),
  };
  return { now: at, audit: { kind, at, actor: 'broker', session, facts } };
}
