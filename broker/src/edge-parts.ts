import { proofWindowSeconds } from '@creance/proto';
import { authenticator } from './attest/authenticate.js';
import { joinTokenAttestor } from './attest/join-token.js';
import { keyAssertionAttestor } from './attest/key-assertion.js';
import { isNetwork } from './attest/networks.js';
import { createJoinToken } from './commands/create-join-token.js';
import { cut } from './commands/cut.js';
import { endSession } from './commands/end-session.js';
import { issueToken } from './commands/issue-token.js';
import { listSessions } from './commands/list-sessions.js';
import { openSession } from './commands/open-session.js';
import { renewSession } from './commands/renew-session.js';
import type { Registry } from './domain/registry.js';
import type { Feed } from './feed/feed.js';
import { openings } from './feed/opening.js';
import type { EdgeOptions } from './rpc/edge.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import type { Store, StoreIdentity } from './store/store.js';
import type { BrokerKeys } from './tokens/broker-keys.js';
import { openNonces } from './tokens/nonces.js';
import { openProofJudge, type ProofJudge } from './tokens/proof-judge.js';
import { openReplayMemory } from './tokens/replay-memory.js';

/** The rooms behind the edge, open. */
export interface OpenRooms {
  readonly registry: Registry;
  readonly identity: StoreIdentity;
  readonly keys: BrokerKeys;
  readonly store: Store;
  readonly feed: Pick<Feed, 'subscribers'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly publicOrigin: () => string;
  /** Whether only this machine can reach the broker. */
  readonly loopbackOnly: boolean;
}

/** What the edge needs of the rooms behind it. */
export type EdgeParts = Pick<
  EdgeOptions,
  'registry' | 'clock' | 'entropy' | 'authenticate' | 'openings' | 'commands'
> & { readonly judge: ProofJudge };

/** Joins the rooms behind the edge: one memory of proofs, one judge, one verb each. */
export function joinEdgeParts(rooms: OpenRooms): EdgeParts {
  const { registry, identity, keys, store, feed, clock, entropy, publicOrigin } = rooms;
  const { issuer, dev } = identity;
  const { anchor, ring } = keys;
  const nonces = openNonces(entropy);
  const replays = openReplayMemory(proofWindowSeconds);
  const judge = openProofJudge({ publicOrigin, clock, nonces, replays });
  const assertions = { issuer, clock, nonces, replays };
  const attestors = {
    'join-token': joinTokenAttestor(store, assertions),
    'key-assertion': keyAssertionAttestor(store, assertions),
  };
  return {
    judge,
    registry,
    clock,
    entropy,
    authenticate: authenticator({ judge, store, registry }),
    openings: openings({ issuer, dev, anchor, feed: keys.feed, now: () => clock.now() }),
    commands: {
      openSession: openSession({ registry, store, entropy, attestors }),
      issueToken: issueToken({ issuer, registry, store, ring, entropy }),
      renewSession: renewSession(store),
      endSession: endSession(store),
      cut: cut(store, () => feed.subscribers().length),
      listSessions: listSessions(store),
      createJoinToken: createJoinToken({
        registry,
        store,
        entropy,
        isNetwork,
        issuer,
        publicOrigin,
        anchor: anchor.keyId,
        loopbackOnly: rooms.loopbackOnly,
      }),
    },
  };
}
