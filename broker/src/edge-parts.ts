import { proofWindowSeconds, type SessionId } from '@creance/proto';
import { authenticator } from './attest/authenticate.js';
import { challengeJudge } from './attest/challenge.js';
import { joinTokenAttestor } from './attest/join-token.js';
import { keyAssertionAttestor } from './attest/key-assertion.js';
import { isNetwork } from './attest/networks.js';
import { type ApplyManifestParts, applyManifest } from './commands/apply-manifest.js';
import type { Command } from './commands/call.js';
import { evidenceWhileClockSafe, type IsClockSafe, whileClockSafe } from './commands/clock-safe.js';
import { compromiseKey } from './commands/compromise-key.js';
import { countingTokens } from './commands/count-tokens.js';
import { createChildJoinToken } from './commands/create-child-join-token.js';
import { createJoinToken } from './commands/create-join-token.js';
import { cut } from './commands/cut.js';
import { delegateSession } from './commands/delegate-session.js';
import { endSession } from './commands/end-session.js';
import { explainRefusal } from './commands/explain-refusal.js';
import { explainSession } from './commands/explain-session.js';
import { getSession } from './commands/get-session.js';
import { issueToken } from './commands/issue-token.js';
import { getManifest, listManifestVersions } from './commands/kept-manifests.js';
import { listDeliveries } from './commands/list-deliveries.js';
import { listKeys } from './commands/list-keys.js';
import { listSessions } from './commands/list-sessions.js';
import { openSession } from './commands/open-session.js';
import { planManifest } from './commands/plan-manifest.js';
import { approveProposal, denyProposal, listProposals } from './commands/proposals.js';
import { type ReadsHistory, readHistory } from './commands/read-history.js';
import { rekeySession } from './commands/rekey-session.js';
import { renewSession } from './commands/renew-session.js';
import { reportActions } from './commands/report-actions.js';
import { resume } from './commands/resume.js';
import { suggestEnvelope } from './commands/suggest-envelope.js';
import { suspend } from './commands/suspend.js';
import type { Watch } from './detect/live/watch.js';
import type { Witness } from './detect/witness.js';
import type { LevelOf, OnAsked } from './domain/policy-risk.js';
import type { Feed } from './feed/feed.js';
import { openings } from './feed/opening.js';
import type { EdgeOptions } from './rpc/edge.js';
import type { Entropy } from './runtime/entropy.js';
import type { Store } from './store/store.js';
import { KeptRefusals } from './telemetry/kept-refusals.js';
import { openTelling, type RoomsOfTelling } from './tell-parts.js';
import { openNonces } from './tokens/nonces.js';
import { openProofJudge, type ProofJudge } from './tokens/proof-judge.js';
import { openReplayMemory, type ReplayMemory } from './tokens/replay-memory.js';
import { toldCuts } from './told-cuts.js';
import { joinWatch, type RoomsOfWatch, type RunningWatch } from './watch-parts.js';
import { joinWitness, type RoomsOfWitness } from './witness-parts.js';

/** The rooms behind the edge, open. */
export interface OpenRooms
  extends Omit<RoomsOfWitness, 'profile' | 'telling'>,
    Omit<RoomsOfWatch, 'history' | 'telling' | 'logger'>,
    RoomsOfTelling {
  readonly store: Store;
  readonly feed: Pick<Feed, 'subscribers' | 'askProofs'>;
  readonly entropy: Entropy;
  /** Keeps judged actions, and gives what was kept. */
  readonly history: RoomsOfWatch['history'] & ReadsHistory;
  /** Whether the wall clock is believed. */
  readonly isClockSafe: IsClockSafe;
  readonly publicOrigin: () => string;
  /** Whether only this machine can reach the broker. */
  readonly loopbackOnly: boolean;
  /** How manifests are checked and come into force. */
  readonly manifests: Pick<ApplyManifestParts, 'check' | 'change'>;
}

/** What the edge needs of the rooms behind it. */
export type EdgeParts = Pick<
  EdgeOptions,
  | 'registry'
  | 'store'
  | 'clock'
  | 'entropy'
  | 'meters'
  | 'authenticate'
  | 'judgeAnswer'
  | 'openings'
  | 'refusals'
  | 'commands'
> & {
  readonly judge: ProofJudge;
  /** Proofs that are remembered. */
  readonly replays: ReplayMemory;
  /** Closed after the edge, before the store: its answers are written down. */
  readonly witness: Witness;
  /** Closed after the witness: what it has learned is kept. */
  readonly watch: RunningWatch;
};

/** Joins the rooms behind the edge: one memory of proofs, one judge, one witness room, one verb each. */
export function joinEdgeParts(rooms: OpenRooms): EdgeParts {
  const { registry, identity, keys, store, clock, entropy, meters, publicOrigin } = rooms;
  const nonces = openNonces(entropy);
  const replays = openReplayMemory(proofWindowSeconds);
  const judge = openProofJudge({ publicOrigin, clock, nonces, replays });
  const telling = openTelling(rooms);
  const running = joinWatch({ ...rooms, telling });
  const witness = joinWitness({ ...rooms, telling, profile: running.watch });
  const { onProof } = witness;
  const { issuer, dev } = identity;
  const verbs = {
    ...sessionVerbs(rooms, { issuer, clock, nonces, replays }, running.watch),
    ...operatorVerbs(rooms, running.watch),
    ...manifestVerbs(rooms),
  };
  const refusals = new KeptRefusals((bound) => meters.limitHit(bound));
  return {
    refusals,
    judge,
    replays,
    witness,
    watch: running,
    registry,
    store,
    clock,
    entropy,
    meters,
    authenticate: authenticator({ judge, store, registry, onProof }),
    judgeAnswer: challengeJudge({ judge, onProof }),
    openings: openings({
      issuer,
      dev,
      anchor: keys.anchor,
      feed: keys.feed,
      destinations: keys.destinations,
      now: () => clock.now(),
    }),
    commands: {
      ...verbs,
      ...toldCuts(verbs, telling.cut),
      issueToken: countingTokens(verbs.issueToken, registry, meters),
      ...lookVerbs(rooms, witness, running.watch),
      explainRefusal: explainRefusal({ refusals, registry }),
      reportActions: reportActions({
        registry,
        store,
        clock,
        witness,
        limitHit: (name) => meters.limitHit(name),
        onDropped: (cause, count) => meters.observationsDropped(cause, count),
      }),
    },
  };
}

/** What sessions ask for. */
function sessionVerbs(
  { registry, identity: { issuer }, keys, store, entropy, isClockSafe }: OpenRooms,
  assertions: Parameters<typeof keyAssertionAttestor>[1],
  watch: Pick<Watch, 'levelOf' | 'asked'>,
) {
  const levelOf: LevelOf = (id) => watch.levelOf(id);
  const onAsked: OnAsked = (asked) => watch.asked(asked);
  const safely = <Ask, Answer>(run: Command<Ask, Answer>) => whileClockSafe(isClockSafe, run);
  const attestor = evidenceWhileClockSafe(isClockSafe, keyAssertionAttestor(store, assertions));
  const attestors = {
    'join-token': evidenceWhileClockSafe(isClockSafe, joinTokenAttestor(store, assertions)),
    'key-assertion': attestor,
  };
  return {
    openSession: openSession({ issuer, registry, levelOf, store, entropy, attestors }),
    issueToken: safely(
      issueToken({ issuer, registry, levelOf, onAsked, store, ring: keys.ring, entropy }),
    ),
    renewSession: safely(renewSession(store)),
    endSession: endSession(store),
    delegateSession: safely(
      delegateSession({ issuer, registry, levelOf, onAsked, store, entropy }),
    ),
    createChildJoinToken: safely(
      createChildJoinToken({ issuer, registry, levelOf, onAsked, store, entropy }),
    ),
    rekeySession: safely(rekeySession({ store, attestor })),
  };
}

/** What those ask for who write the manifest. */
function manifestVerbs({ registry, identity, store, entropy, manifests }: OpenRooms) {
  return {
    planManifest: planManifest({ registry, store, ...manifests }),
    applyManifest: applyManifest({ registry, store, entropy, dev: identity.dev, ...manifests }),
    approveProposal: approveProposal({ registry, store, ...manifests }),
    denyProposal: denyProposal(store),
    listProposals: listProposals(store),
    listManifestVersions: listManifestVersions(store),
    getManifest: getManifest(store),
  };
}

/** How operators look at sessions. */
function lookVerbs({ registry, store }: OpenRooms, witness: Witness, watch: Watch) {
  const actionsOf = (id: SessionId) => ({ ...witness.counts(id), lastAt: witness.lastUse(id) });
  return {
    listSessions: listSessions({ store, registry, actionsOf }),
    getSession: getSession({ store, registry, actionsOf, watch }),
    explainSession: explainSession({ store, registry, watch }),
  };
}

/** What operators ask for. */
function operatorVerbs(rooms: OpenRooms, watch: Watch) {
  const { registry, identity, keys, store, feed, entropy, publicOrigin, loopbackOnly } = rooms;
  const subscribers = () => feed.subscribers().length;
  return {
    cut: cut(store, subscribers),
    suspend: suspend(store, subscribers),
    resume: resume({ store, entropy, dev: identity.dev }),
    compromiseKey: compromiseKey({ ring: keys.ring, store, subscribers }),
    listKeys: listKeys(keys.ring),
    suggestEnvelope: suggestEnvelope({ registry, workloads: watch.sessions.workloads }),
    readHistory: readHistory(rooms.history),
    listDeliveries: listDeliveries(store.outbox),
    createJoinToken: createJoinToken({
      registry,
      store,
      entropy,
      isNetwork,
      issuer: identity.issuer,
      publicOrigin,
      anchor: keys.anchor.keyId,
      loopbackOnly,
    }),
  };
}
