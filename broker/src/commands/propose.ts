import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { actText, type Proposal, type ProposedAct } from '../domain/proposal.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { actorOf, type Call, sessionOf } from './call.js';
import { freshHandle } from './fresh.js';

/** Parts of every verb that may have to wait for a second person. */
export interface ProposeParts {
  readonly store: Pick<Store, 'propose'>;
  readonly entropy: Entropy;
  /** Whether this is a development broker: there one person is enough. */
  readonly dev: boolean;
}

/** An act that was not done and waits for a second person. */
export interface Waits {
  readonly waits: Proposal;
}

/**
 * Whether whoever calls needs a second person for what loosens. The broker itself does not: it takes its file,
 * and whoever writes that file and may signal its process has its host.
 */
export function needsSecond(dev: boolean, { caller }: Call): boolean {
  return !dev && caller.kind === 'session';
}

/** Keeps an act of an operator until a second person has confirmed exactly it. */
export async function propose(
  { store, entropy }: ProposeParts,
  act: ProposedAct,
  reason: string,
  call: Call,
): Promise<Result<Waits, Denial>> {
  const { now, requestId } = call;
  const author = sessionOf(call).name;
  const digest = sha256Base64url(actText(act, author, reason));
  const expiresAt = plusSeconds(now, limits.proposalSeconds);
  const id = freshHandle(entropy);
  const proposal: Proposal = { id, digest, act, author, reason, proposedAt: now, expiresAt };
  const kept = await store.propose({
    proposal,
    now,
    audit: {
      kind: 'proposal_made',
      at: now,
      actor: actorOf(call),
      requestId,
      ...(act.kind === 'resume' && { session: act.session }),
      facts: {
        reason,
        proposal: id,
        digest,
        act: act.kind,
        proposer: author,
        expiresAt,
        ...subjectOf(act),
      },
    },
  });
  return kept.ok ? ok({ waits: kept.value }) : refuse({ reason: kept.error });
}

function subjectOf(act: ProposedAct) {
  if (act.kind === 'resume') return { revision: act.heldAt };
  const { hash, baseVersion, rolledBackTo } = act;
  return { hash, baseVersion, ...(rolledBackTo !== undefined && { rolledBackTo }) };
}
