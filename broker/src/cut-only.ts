import { join } from 'node:path';
import {
  ok,
  proofWindowSeconds,
  type Result,
  type Revision,
  refuse,
  type Thumbprint,
} from '@creance/proto';
import type { Logger } from 'pino';
import { authenticator } from './attest/authenticate.js';
import { challengeJudge } from './attest/challenge.js';
import type { BrokerConfig } from './config.js';
import { cutOnlyPaths, cutOnlyVerbs } from './cut-only-verbs.js';
import { EventHub } from './events/hub.js';
import { Feed } from './feed/feed.js';
import { openings } from './feed/opening.js';
import { startHttpDoor } from './http-parts.js';
import { existingIdentity } from './identity.js';
import { type EdgeOptions, startEdge } from './rpc/edge.js';
import { systemClock } from './runtime/clock.js';
import { systemEntropy } from './runtime/entropy.js';
import type { StartFault } from './start-fault.js';
import { registryOf } from './store/emergency/roster.js';
import { type OpenCutOnly, openCutOnly } from './store/index.js';
import type { StoreIdentity } from './store/store.js';
import { KeptRefusals } from './telemetry/kept-refusals.js';
import { openMeters } from './telemetry/meters.js';
import { type KeysAsTheyAre, keysAsTheyAre } from './tokens/keys-as-they-are.js';
import { openNonces } from './tokens/nonces.js';
import { openProofJudge } from './tokens/proof-judge.js';
import { openReplayMemory } from './tokens/replay-memory.js';

/** A running broker that cuts and does nothing else. */
export interface CutOnlyBroker {
  readonly identity: StoreIdentity;
  readonly anchor: Thumbprint;
  readonly publicOrigin: string;
  readonly devSocket: string | undefined;
  /** Where the store has stood, and how many cuts wait for it. */
  readonly mark: Revision;
  readonly waiting: number;
  stop(): Promise<void>;
}

/**
 * Starts without the store: operators of the roster cut, verifiers that hold a view at the mark hear of it, and
 * everything else is refused with `cut_only`. What is cut goes into the journal, which the next start with a store
 * merges.
 */
export async function startCutOnly(
  config: BrokerConfig,
  { logger }: { readonly logger: Logger },
): Promise<Result<CutOnlyBroker, StartFault>> {
  const identity = existingIdentity(config.data, config.dev);
  if (!identity.ok) return identity;
  const now = () => systemClock.now();
  const keys = keysAsTheyAre(join(config.data, 'keys'), identity.value, now());
  if (!keys.ok) return keys;
  const opened = openCutOnly(config.data, identity.value, now);
  if (!opened.ok) {
    const { code, message, fix } = opened.error;
    return refuse({ code, lines: [message], fix, exitCode: 78 });
  }
  const rooms = { config, identity: identity.value, keys: keys.value, open: opened.value, logger };
  const running = await run(rooms);
  if (!running.ok) opened.value.close();
  return running;
}

interface Rooms {
  readonly config: BrokerConfig;
  readonly identity: StoreIdentity;
  readonly keys: KeysAsTheyAre;
  readonly open: OpenCutOnly;
  readonly logger: Logger;
}

async function run(rooms: Rooms): Promise<Result<CutOnlyBroker, StartFault>> {
  const { config, identity, keys, open, logger } = rooms;
  let publicOrigin = config.publicOrigin ?? '';
  const edge = await startEdge(edgeOf(rooms, () => publicOrigin));
  if (!edge.ok) return edge;
  const { port, devSocketPath } = edge.value;
  const host = config.listen.host.includes(':') ? `[${config.listen.host}]` : config.listen.host;
  publicOrigin ||= `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  const http = await startHttpDoor(config, {
    keys: { events: keys.events, ring: { keys: () => keys.tokens } },
    clock: systemClock,
    entropy: systemEntropy(),
    meters: openMeters(),
    logger,
  });
  if (!http.ok) {
    await edge.value.drain();
    return http;
  }
  // It lives, and is not ready: nobody is to be sent here for a token.
  http.value.drain();
  logger.warn({ issuer: identity.issuer, mark: open.mark }, 'cuts alone: there is no store');
  return ok({
    identity,
    anchor: keys.anchor.keyId,
    publicOrigin,
    devSocket: devSocketPath,
    mark: open.mark,
    waiting: open.waiting(),
    async stop() {
      await edge.value.drain();
      await http.value.close();
      open.close();
    },
  });
}

function edgeOf(
  { config, identity, keys, open, logger }: Rooms,
  origin: () => string,
): EdgeOptions {
  const { store, roster, mark } = open;
  const [clock, entropy, meters] = [systemClock, systemEntropy(), openMeters()];
  const { issuer, dev } = identity;
  const inForce = registryOf(roster);
  const registry = () => inForce;
  const nonces = openNonces(entropy);
  const replays = openReplayMemory(proofWindowSeconds);
  const judge = openProofJudge({ publicOrigin: origin, clock, nonces, replays });
  const limitHit = (name: string) => meters.limitHit(name);
  const feed = new Feed({
    issuer,
    signer: keys.feed,
    clock,
    store,
    base: mark,
    onOverflow: ({ resource }) => meters.subscriberLetGo(resource),
  });
  const proved = authenticator({ judge, store, registry });
  return {
    listen: config.listen,
    ...(config.tls && { tls: config.tls }),
    ...(dev && { devSocketPath: join(config.data, 'run', 'operator.sock') }),
    authenticate: (presented) =>
      cutOnlyPaths.has(presented.path) ? proved(presented) : refuse({ reason: 'cut_only' }),
    judge,
    judgeAnswer: challengeJudge({ judge }),
    commands: cutOnlyVerbs({
      issuer,
      store,
      keys,
      registry,
      entropy,
      assertions: { issuer, clock, nonces, replays },
      subscribers: () => feed.subscribers().length,
    }),
    feed,
    events: new EventHub({ clock, limitHit }),
    openings: openings({ ...keys, issuer, dev, now: () => clock.now() }),
    registry,
    store,
    clock,
    entropy,
    meters,
    logger,
    refusals: new KeptRefusals(limitHit),
  };
}
