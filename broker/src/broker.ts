import { join } from 'node:path';
import { ok, type Result, refuse, type Thumbprint } from '@creance/proto';
import type { Logger } from 'pino';
import type { BrokerConfig } from './config.js';
import type { Registry } from './domain/registry.js';
import { joinEdgeParts } from './edge-parts.js';
import { Feed } from './feed/feed.js';
import { inviteFirstOperator } from './first-operator.js';
import { startHistory } from './history-parts.js';
import { startHousekeeping } from './housekeeping.js';
import { identityOf } from './identity.js';
import { LiveRegistry } from './live-registry.js';
import { type CheckedManifest, formatFaults, readManifest } from './manifest/index.js';
import { startEdge } from './rpc/edge.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { type Entropy, systemEntropy } from './runtime/entropy.js';
import type { StartFault } from './start-fault.js';
import { openSqliteStore } from './store/index.js';
import type { RegistryChanged, Store, StoreIdentity } from './store/store.js';
import { type Meters, openMeters } from './telemetry/meters.js';
import { type BrokerKeys, openKeys } from './tokens/broker-keys.js';

/** A running broker. */
export interface Broker {
  readonly identity: StoreIdentity;
  /** Thumbprint of the anchor key, which verifiers pin. */
  readonly anchor: Thumbprint;
  /** Origin under which clients reach it. */
  readonly publicOrigin: string;
  /** Socket of the owner of a development broker. */
  readonly devSocket: string | undefined;
  /** Join string of the first operator, on the first start of a broker outside development. */
  readonly firstOperatorFile: string | undefined;
  /**
   * Reads the manifest again and takes it when nothing in it is wrong: sessions of members that it no
   * longer holds end in its transaction, and every later decision goes by it.
   */
  reload(): Promise<Result<RegistryChanged, StartFault>>;
  /** Lets calls in flight finish, ends subscriptions, closes the store. */
  stop(): Promise<void>;
}

/** The doors to time and randomness, and the log. */
export interface BrokerSurroundings {
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  /** Called when the disk has failed and the process must start again. */
  readonly onStoreFailed: (fault: Error) => void;
}

/** The only place that joins real parts. Nothing listens before everything is checked. */
export async function startBroker(
  config: BrokerConfig,
  { logger, clock = systemClock, entropy = systemEntropy(), onStoreFailed }: BrokerSurroundings,
): Promise<Result<Broker, StartFault>> {
  const manifest = await checkManifest(config, 'correct the manifest; nothing was started');
  if (!manifest.ok) return manifest;
  const { issuer } = manifest.value;
  const identity = identityOf(config.data, { dev: config.dev, issuer }, entropy);
  if (!identity.ok) return identity;
  const keys = openKeys(join(config.data, 'keys'), identity.value, clock.now());
  if (!keys.ok) return keys;
  const opened = openSqliteStore({
    directory: config.data,
    identity: identity.value,
    clock,
    checkpointSigner: keys.value.audit,
    onFailed: onStoreFailed,
    restored: config.restored,
  });
  if (!opened.ok) {
    const { code, message, fix } = opened.error;
    return refuse({ code, lines: [message], fix, exitCode: 78 });
  }
  const parts = {
    config,
    registry: manifest.value.registry(keys.value.destinations.hash),
    identity: identity.value,
    keys: keys.value,
    store: opened.value,
  };
  const running = await run(parts, { logger, clock, entropy });
  if (!running.ok) await opened.value.close();
  return running;
}

interface Parts {
  readonly config: BrokerConfig;
  readonly registry: Registry;
  readonly identity: StoreIdentity;
  readonly keys: BrokerKeys;
  readonly store: Store;
}

interface Doors {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

async function run(parts: Parts, doors: Doors): Promise<Result<Broker, StartFault>> {
  const { config, identity, keys, store } = parts;
  const { logger, clock, entropy } = doors;
  const meters = openMeters();
  const registry = new LiveRegistry(parts.registry, { store, clock, entropy });
  const housekeeping = await startHousekeeping({ store, ring: keys.ring, clock, logger });
  const changed = await registry.enforce();
  if (!changed.ok) return changed;
  noteLog(store, { logger, clock, meters });
  const feed = new Feed({
    issuer: identity.issuer,
    signer: keys.feed,
    clock,
    store,
    onOverflow: ({ resource }) => meters.subscriberLetGo(resource),
  });
  const keeping = startHistory({ ...config, bytes: config.historyBytes, meters, logger });
  let publicOrigin = config.publicOrigin ?? '';
  const behind = joinEdgeParts({
    ...parts,
    ...doors,
    registry: registry.current,
    meters,
    feed,
    publicOrigin: () => publicOrigin,
    loopbackOnly: config.loopbackOnly,
    networks: config.networks,
    history: keeping.history,
  });
  const edge = await startEdge({
    ...behind,
    feed,
    logger,
    listen: config.listen,
    ...(config.tls && { tls: config.tls }),
    ...(config.dev && { devSocketPath: join(config.data, 'run', 'operator.sock') }),
  });
  if (!edge.ok) {
    housekeeping.stop();
    feed.close();
    await keeping.close();
    return edge;
  }
  publicOrigin ||= originOf(config, edge.value.port);
  const { createJoinToken: invite } = behind.commands;
  const firstOperatorFile = config.dev
    ? undefined
    : await inviteFirstOperator({ ...parts, ...doors, data: config.data, createJoinToken: invite });
  logger.info({ issuer: identity.issuer, publicOrigin, dev: identity.dev }, 'broker ready');
  return ok({
    identity,
    anchor: keys.anchor.keyId,
    publicOrigin,
    devSocket: edge.value.devSocketPath,
    firstOperatorFile,
    async reload() {
      const manifest = await checkManifest(config, 'correct the manifest; the one before it holds');
      if (!manifest.ok) return manifest;
      return registry.change(manifest.value.registry(keys.destinations.hash));
    },
    async stop() {
      housekeeping.stop();
      // Closes the feed, once no call is in flight.
      await edge.value.drain();
      await behind.witness.close();
      await behind.watch.close();
      await keeping.close();
      await store.close();
    },
  });
}

async function checkManifest(
  { manifest, dev }: BrokerConfig,
  fix: string,
): Promise<Result<CheckedManifest, StartFault>> {
  const checked = await readManifest(manifest, { dev });
  if (checked.ok) return checked;
  const lines = formatFaults(checked.error).split('\n');
  return refuse({ code: 'manifest_faulty', lines, fix, exitCode: 78 });
}

/** Counts the rows of the log, and says at which moment of the machine each commit was. */
function noteLog(
  store: Pick<Store, 'onLog'>,
  { logger, clock, meters }: { logger: Logger; clock: Clock; meters: Meters },
): void {
  store.onLog((rows) => {
    const [monotonicMillis, revision] = [clock.monotonicMillis(), rows.at(-1)?.revision];
    for (const { entry } of rows) meters.logRow(entry.kind);
    logger.info({ revision, rows: rows.length, monotonicMillis }, 'log grew');
  });
}

/** The broker's own origin, on loopback. */
function originOf({ listen, tls }: BrokerConfig, port: number): string {
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}
