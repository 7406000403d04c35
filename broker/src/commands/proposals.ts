import { type Handle, ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import {
  confirmingRole,
  type Proposal,
  type ProposedManifest,
  type ProposedResume,
} from '../domain/proposal.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Store } from '../store/store.js';
import { actorOf, type Call, type Command, sessionOf } from './call.js';
import type { CheckManifest } from './manifest-source.js';
import {
  type ApplyManifestAnswer,
  type ChangeInForce,
  confirmedFacts,
  type InForceAsk,
  putInForce,
} from './put-in-force.js';
import { operatorReason, operatorWrite } from './reason.js';

/** Parts of the verbs. */
export interface ProposalParts {
  readonly store: Pick<Store, 'proposals' | 'denyProposal' | 'applyManifest' | 'resumeSession'>;
  readonly registry: CurrentRegistry;
  readonly check: CheckManifest;
  readonly change: ChangeInForce;
}

/** Which act, by its name and by what it is. */
export interface ApproveAsk {
  readonly id: Handle;
  /** Of the act that was looked at; another one is not confirmed. */
  readonly digest: string;
}

/** What was done. */
export type ApproveAnswer =
  | { readonly kind: 'manifest'; readonly applied: ApplyManifestAnswer }
  | { readonly kind: 'resume'; readonly sessionsResumed: number };

/** Lists what waits for a second person, the oldest first. */
export function listProposals(
  store: Pick<Store, 'proposals'>,
): Command<Record<string, never>, readonly Proposal[]> {
  return async (_, { now }) => ok(store.proposals(now));
}

/** Takes a proposal away, with a reason; its author may, and whoever may propose or confirm. */
export function denyProposal(
  store: Pick<Store, 'denyProposal'>,
): Command<{ readonly id: Handle; readonly reason: string }, Proposal> {
  return async ({ id, reason: words }, call) => {
    const reason = operatorReason(words);
    if (!reason.ok) return reason;
    const { now, requestId } = call;
    const actor = actorOf(call);
    const facts = { reason: reason.value, proposal: id, denier: nameOf(call) };
    const audit = { kind: 'proposal_denied' as const, at: now, actor, requestId, facts };
    const denied = await store.denyProposal({ id, now, audit });
    return denied.ok ? denied : refuse({ reason: denied.error });
  };
}

/**
 * Does what waits, by the word of a second person with the fitting role. What is confirmed is exactly what was
 * proposed; author, approver and the state of today are judged in the transaction that does it.
 */
export function approveProposal(parts: ProposalParts): Command<ApproveAsk, ApproveAnswer> {
  return async ({ id, digest }, call) => {
    const proposal = parts.store.proposals(call.now).find((each) => each.id === id);
    if (proposal === undefined || call.caller.kind !== 'session')
      return refuse({ reason: 'proposal_unknown' });
    const { act, author } = proposal;
    const role = confirmingRole[act.kind];
    if (!call.caller.roles.has(role))
      return refuse({ reason: 'operator_role_missing', detail: { role } });
    // Whoever may not do it himself today any more has proposed nothing.
    if (!parts.registry().operators.get(author)?.roles.has(role))
      return refuse({ reason: 'proposal_void', detail: { author } });
    const { name: approver, evidenceKey } = sessionOf(call);
    const confirms = { id, digest, approver, evidenceKey, proposer: author };
    return act.kind === 'manifest'
      ? putProposedInForce(parts, { act, reason: proposal.reason, confirms }, call)
      : resumeProposed(parts, { act, reason: proposal.reason, confirms }, call);
  };
}

interface Confirmed<Act> {
  readonly act: Act;
  readonly reason: string;
  readonly confirms: NonNullable<InForceAsk['confirms']>;
}

async function putProposedInForce(
  { store, check, change }: ProposalParts,
  { act, reason, confirms }: Confirmed<ProposedManifest>,
  call: Call,
): Promise<Result<ApproveAnswer, Denial>> {
  const checked = check(act.text);
  if (!checked.ok) return checked;
  const { rolledBackTo, prune, baseVersion: expectedVersion } = act;
  const author = `${confirms.proposer}, approved by ${confirms.approver}`;
  const manifest = checked.value;
  const how = { manifest, rolledBackTo, prune, expectedVersion, author, reason, confirms };
  const applied = await change(manifest.registry, (before) =>
    putInForce(store, before, { ...how, mayWiden: true }, call),
  );
  return applied.ok ? ok({ kind: 'manifest', applied: applied.value }) : applied;
}

async function resumeProposed(
  { store }: ProposalParts,
  { act, reason, confirms }: Confirmed<ProposedResume>,
  call: Call,
): Promise<Result<ApproveAnswer, Denial>> {
  const write = operatorWrite('session_resumed', act.session, reason, call);
  const facts = { ...write.audit.facts, ...confirmedFacts(confirms) };
  const { heldAt, heldFor } = act;
  const resumed = await store.resumeSession({
    ...write,
    audit: { ...write.audit, facts },
    confirms: { ...confirms, heldAt, heldFor },
  });
  return resumed.ok
    ? ok({ kind: 'resume', sessionsResumed: resumed.value })
    : refuse({ reason: resumed.error });
}

function nameOf(call: Call): string {
  return call.caller.kind === 'session' ? call.caller.session.name : actorOf(call);
}
