import { proofWindowSeconds } from '@creance/proto';
import { joinTokenAttestor } from '../../broker/src/attest/join-token.js';
import { keyAssertionAttestor } from '../../broker/src/attest/key-assertion.js';
import { changeRegistry } from '../../broker/src/commands/change-registry.js';
import { compromiseKey } from '../../broker/src/commands/compromise-key.js';
import { createChildJoinToken } from '../../broker/src/commands/create-child-join-token.js';
import { createJoinToken } from '../../broker/src/commands/create-join-token.js';
import { cut } from '../../broker/src/commands/cut.js';
import { delegateSession } from '../../broker/src/commands/delegate-session.js';
import { endSession } from '../../broker/src/commands/end-session.js';
import { issueToken } from '../../broker/src/commands/issue-token.js';
import { openSession } from '../../broker/src/commands/open-session.js';
import { rekeySession } from '../../broker/src/commands/rekey-session.js';
import { renewSession } from '../../broker/src/commands/renew-session.js';
import { resume } from '../../broker/src/commands/resume.js';
import { suspend } from '../../broker/src/commands/suspend.js';
import type { LevelOf } from '../../broker/src/domain/policy-risk.js';
import type { CurrentRegistry } from '../../broker/src/domain/registry.js';
import type { Clock } from '../../broker/src/runtime/clock.js';
import type { Entropy } from '../../broker/src/runtime/entropy.js';
import type { Store } from '../../broker/src/store/store.js';
import type { BrokerKeys } from '../../broker/src/tokens/broker-keys.js';
import { type Nonces, openNonces } from '../../broker/src/tokens/nonces.js';
import { openReplayMemory } from '../../broker/src/tokens/replay-memory.js';

/** What the verbs of a world are joined from. */
export interface WorldRooms {
  readonly issuer: string;
  readonly store: Store;
  readonly keys: BrokerKeys;
  readonly registry: CurrentRegistry;
  readonly levelOf: LevelOf;
  readonly entropy: Entropy;
  readonly clock: Clock;
  /** Those of the edge, where there is one; otherwise the verbs have their own. */
  readonly nonces?: Nonces;
}

/** The verbs of a world. */
export interface WorldVerbs {
  /** The nonce that assertions need now. */
  readonly nonce: () => string;
  readonly openSession: ReturnType<typeof openSession>;
  readonly delegateSession: ReturnType<typeof delegateSession>;
  readonly createChildJoinToken: ReturnType<typeof createChildJoinToken>;
  readonly issueToken: ReturnType<typeof issueToken>;
  readonly renewSession: ReturnType<typeof renewSession>;
  readonly rekeySession: ReturnType<typeof rekeySession>;
  readonly endSession: ReturnType<typeof endSession>;
  readonly cut: ReturnType<typeof cut>;
  readonly suspend: ReturnType<typeof suspend>;
  readonly resume: ReturnType<typeof resume>;
  readonly compromiseKey: ReturnType<typeof compromiseKey>;
  readonly changeRegistry: ReturnType<typeof changeRegistry>;
  readonly createJoinToken: ReturnType<typeof createJoinToken>;
}

/** The broker's verbs over open rooms, as a process joins them: nonces and memories are its own. */
export function joinVerbs(rooms: WorldRooms): WorldVerbs {
  const { issuer, store, keys, registry, levelOf, entropy, clock } = rooms;
  const { anchor, ring } = keys;
  const { nonces = openNonces(entropy) } = rooms;
  const assertions = { issuer, clock, nonces, replays: openReplayMemory(proofWindowSeconds) };
  const attestors = {
    'join-token': joinTokenAttestor(store, assertions),
    'key-assertion': keyAssertionAttestor(store, assertions),
  };
  const subscribers = () => 1;
  // What is asked for is weighed in the tests of the watch.
  const onAsked = () => {};
  return {
    nonce: () => nonces.current(clock.monotonicMillis()),
    openSession: openSession({ issuer, registry, levelOf, store, entropy, attestors }),
    delegateSession: delegateSession({ issuer, registry, levelOf, onAsked, store, entropy }),
    createChildJoinToken: createChildJoinToken({
      issuer,
      registry,
      levelOf,
      onAsked,
      store,
      entropy,
    }),
    issueToken: issueToken({ issuer, registry, levelOf, onAsked, store, ring, entropy }),
    renewSession: renewSession(store),
    rekeySession: rekeySession({ store, attestor: attestors['key-assertion'] }),
    endSession: endSession(store),
    cut: cut(store, subscribers),
    suspend: suspend(store, subscribers),
    // One person is enough here: who the second one may be has tests of its own.
    resume: resume({ store, entropy, dev: true }),
    compromiseKey: compromiseKey({ ring, store, subscribers }),
    changeRegistry: changeRegistry(store),
    createJoinToken: createJoinToken({
      registry,
      store,
      entropy,
      isNetwork: () => true,
      issuer,
      publicOrigin: () => 'http://127.0.0.1:7420',
      anchor: anchor.keyId,
      loopbackOnly: true,
    }),
  };
}
