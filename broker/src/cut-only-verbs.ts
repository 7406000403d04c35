import { refuse } from '@creance/proto';
import { keyAssertionAttestor } from './attest/key-assertion.js';
import type { Command } from './commands/call.js';
import { compromiseKey } from './commands/compromise-key.js';
import { cut } from './commands/cut.js';
import { endSession } from './commands/end-session.js';
import { listKeys } from './commands/list-keys.js';
import { type OpenedMember, type OpenSessionAsk, openSession } from './commands/open-session.js';
import type { CurrentRegistry } from './domain/registry.js';
import type { EdgeCommands } from './rpc/edge-commands.js';
import type { Entropy } from './runtime/entropy.js';
import type { CutOnly } from './store/cut-only/cut-only-store.js';
import type { KeysAsTheyAre } from './tokens/keys-as-they-are.js';
import type { TokenRing } from './tokens/token-ring.js';

/** What the verbs of a broker without a store stand on. */
export interface RoomsOfCutOnly {
  readonly issuer: string;
  readonly store: CutOnly;
  readonly keys: KeysAsTheyAre;
  readonly registry: CurrentRegistry;
  readonly entropy: Entropy;
  readonly assertions: Parameters<typeof keyAssertionAttestor>[1];
  readonly subscribers: () => number;
}

/** Calls that are let through to their verb; every other is refused with `cut_only`, whoever makes it. */
export const cutOnlyPaths: ReadonlySet<string> = new Set([
  '/creance.v1.SessionService/OpenSession',
  '/creance.v1.SessionService/EndSession',
  '/creance.v1.OperatorService/Cut',
  '/creance.v1.OperatorService/CompromiseKey',
  '/creance.v1.OperatorService/ListKeys',
  '/creance.v1.OperatorService/ListVerifiers',
  '/creance.v1.VerifierService/Subscribe',
  '/creance.v1.VerifierService/Acknowledge',
]);

/** The verbs that need no store. A verb that is added elsewhere is refused here until it is named. */
export function cutOnlyVerbs(rooms: RoomsOfCutOnly): EdgeCommands {
  const { store, keys, subscribers } = rooms;
  const ring = ringOf(keys);
  const verbs: Partial<EdgeCommands> = {
    openSession: openMember(rooms),
    endSession: endSession(store),
    cut: cut(store, subscribers),
    compromiseKey: compromiseKey({ ring, store, subscribers }),
    listKeys: listKeys(ring),
  };
  const refused: Command<unknown, never> = async () => refuse({ reason: 'cut_only' });
  return new Proxy(verbs, {
    get: (own, name) => own[name as keyof EdgeCommands] ?? refused,
  }) as EdgeCommands;
}

/** Operators and verifiers that the roster knows. Join tokens are in the store alone. */
function openMember(rooms: RoomsOfCutOnly): Command<OpenSessionAsk, OpenedMember> {
  const { issuer, store, registry, entropy, assertions } = rooms;
  const none = async () => undefined;
  const upstreamHandle = () => Promise.reject(new Error('a declared login was let through'));
  const open = openSession({
    issuer,
    registry,
    levelOf: () => 'calm',
    entropy,
    attestors: {
      'join-token': async () => refuse({ reason: 'cut_only' }),
      'key-assertion': keyAssertionAttestor(store, assertions),
    },
    store: {
      openSession: (ask) => store.openSession(ask),
      memberHandles: (...ask) => store.memberHandles(...ask),
      path: (id) => store.path(id),
      joinToken: none,
      childJoinToken: none,
      contestJoinToken: () => Promise.reject(new Error('a join token was let through')),
      upstreamHandle,
    },
  });
  return async (ask, call) => {
    if (ask.childJoinToken !== undefined || ask.upstream !== undefined)
      return refuse({ reason: 'cut_only' });
    const opened = await open(ask, call);
    if (opened.ok || !strangers.includes(opened.error.reason)) return opened;
    return refuse({ ...opened.error, reason: 'cut_only' });
  };
}

/** Whom the roster does not know may well be known to the store. */
const strangers: readonly string[] = ['evidence_key_unknown', 'workload_not_registered'];

/** Token keys as they lie there: none signs, and what is cut is dropped by the start with the store. */
function ringOf({ tokens }: KeysAsTheyAre): Pick<TokenRing, 'keys' | 'signerAt' | 'compromise'> {
  return {
    keys: () => tokens,
    signerAt: () => undefined,
    compromise(keyId, nowSeconds) {
      if (!tokens.some(({ signer }) => signer.keyId === keyId)) return undefined;
      const cut = tokens
        .filter(({ signer, signsFrom }) => signer.keyId === keyId || signsFrom > nowSeconds)
        .map(({ signer }) => signer.keyId);
      return { cut, fresh: [], commit() {}, abandon() {} };
    },
  };
}
