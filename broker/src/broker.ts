import { join } from 'node:path';
import { ok, type Result, refuse, type Thumbprint } from '@creance/proto';
import type { Logger } from 'pino';
import type { CertificateLook } from './certificates.js';
import { type WatchedClock, watchClock } from './clock-parts.js';
import type { CheckManifest, FitManifest } from './commands/manifest-source.js';
import type { BrokerConfig } from './config.js';
import type { Instant } from './domain/instant.js';
import type { CurrentRegistry } from './domain/registry.js';
import { joinEdgeParts } from './edge-parts.js';
import { figuresOf } from './figures.js';
import { inviteFirstOperator } from './first-operator.js';
import { startHistory } from './history-parts.js';
import { startHousekeeping } from './housekeeping.js';
import { identityOf } from './identity.js';
import { LiveRegistry } from './live-registry.js';
import { readFileAgain, readFileAtStart } from './manifest-file.js';
import { enforce, type FileTaken, fitManifest, manifestCheck, takeFile } from './manifest-parts.js';
import { startingManifest } from './manifest-start.js';
import { noteLog } from './note-log.js';
import { openDoors } from './open-doors.js';
import { openOutward } from './outward-parts.js';
import { keepRoster } from './roster-parts.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { type Entropy, systemEntropy } from './runtime/entropy.js';
import type { StartFault } from './start-fault.js';
import { openSqliteStore } from './store/index.js';
import type { Store, StoreIdentity } from './store/store.js';
import type { CallSpans } from './telemetry/call-spans.js';
import { observeFigures } from './telemetry/gauges.js';
import { type Meters, openMeters } from './telemetry/meters.js';
import { type BrokerKeys, openKeys } from './tokens/broker-keys.js';
import type { TokenKeyLives } from './tokens/token-ring.js';

/** A running broker. */
export interface Broker {
  readonly identity: StoreIdentity;
  /** Thumbprint of the anchor key, which verifiers pin. */
  readonly anchor: Thumbprint;
  /** Origin under which clients reach it. */
  readonly publicOrigin: string;
  /** Origin of the HTTP door; undefined when there is none. */
  readonly httpOrigin: string | undefined;
  /** Socket of the owner of a development broker. */
  readonly devSocket: string | undefined;
  /** Join string of the first operator, on the first start of a broker outside development. */
  readonly firstOperatorFile: string | undefined;
  /** The kept version of the manifest that is in force in place of the file, which differs. */
  readonly manifestInsteadOfFile: number | undefined;
  /** What came of the file at the start; undefined where the kept version is in force. */
  readonly fileTaken: FileTaken | undefined;
  /** Everybody who may join, by the manifest in force at the moment. */
  readonly registry: CurrentRegistry;
  /**
   * Reads the manifest again and takes it when nothing in it is wrong: sessions of members that it no
   * longer holds end in its transaction, and every later decision goes by it.
   */
  reload(): Promise<Result<FileTaken, StartFault>>;
  /** Reads certificate and key again, and serves by them when they fit; the old ones serve on otherwise. */
  reloadCertificate(): Result<CertificateLook, StartFault>;
  /** Lets calls in flight finish, ends subscriptions, closes the store. */
  stop(): Promise<void>;
}

/** The doors to time and randomness, and the log. */
export interface BrokerSurroundings {
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  /** Makes spans of calls; undefined when nobody traces. */
  readonly spans?: CallSpans | undefined;
  /** How long token keys live, where that differs from the bounds. */
  readonly tokenKeys?: TokenKeyLives | undefined;
  /** Called when the disk has failed and the process must start again. */
  readonly onStoreFailed: (fault: Error) => void;
}

/** The only place that joins real parts. Nothing listens before everything is checked. */
export async function startBroker(
  config: BrokerConfig,
  surroundings: BrokerSurroundings,
): Promise<Result<Broker, StartFault>> {
  const { logger, spans, onStoreFailed } = surroundings;
  const { entropy = systemEntropy() } = surroundings;
  const manifest = await readFileAtStart(config);
  if (!manifest.ok) return manifest;
  const { issuer } = manifest.value;
  const identity = identityOf(config.data, { dev: config.dev, issuer }, entropy);
  if (!identity.ok) return identity;
  const folder = join(config.data, 'keys');
  const meters = openMeters();
  const { limitHit } = meters;
  const watched = watchClock(surroundings.clock ?? systemClock, { logger, limitHit });
  const { clock } = watched;
  const keys = openKeys(folder, identity.value, clock.now(), surroundings.tokenKeys);
  if (!keys.ok) {
    watched.stop();
    return keys;
  }
  const opened = openSqliteStore({
    directory: config.data,
    identity: identity.value,
    clock,
    checkpointSigner: keys.value.audit,
    onFailed: onStoreFailed,
    onCommitted: meters.isMetered ? meters.committed : undefined,
    restored: config.restored,
  });
  if (!opened.ok) {
    watched.stop();
    const { code, message, fix } = opened.error;
    return refuse({ code, lines: [message], fix, exitCode: 78 });
  }
  // Whoever puts data back has everything from before ended: nothing of it can live too long.
  if (!config.restored) watched.holdAgainst(opened.value.head() as number as Instant);
  const { hash } = keys.value.destinations;
  const parts = {
    config,
    file: fitManifest(manifest.value, hash),
    check: manifestCheck(identity.value, hash),
    identity: identity.value,
    keys: keys.value,
    store: opened.value,
  };
  const running = await run(parts, { logger, clock, watched, entropy, spans, meters });
  if (running.ok) return running;
  watched.stop();
  await opened.value.close();
  return running;
}

interface Parts {
  readonly config: BrokerConfig;
  readonly file: FitManifest;
  readonly check: CheckManifest;
  readonly identity: StoreIdentity;
  readonly keys: BrokerKeys;
  readonly store: Store;
}

interface Doors {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly watched: WatchedClock;
  readonly entropy: Entropy;
  readonly spans: CallSpans | undefined;
  readonly meters: Meters;
}

async function run(parts: Parts, doors: Doors): Promise<Result<Broker, StartFault>> {
  const { config, identity, keys, store } = parts;
  const { logger, clock, watched, meters } = doors;
  const housekeeping = await startHousekeeping({ store, ring: keys.ring, clock, logger });
  const opened = await openManifest(parts, doors);
  if (!opened.ok) return opened;
  const { registry, own, insteadOfFile, taken } = opened.value;
  noteLog(store, { logger, clock, meters });
  const outward = openOutward({ ...parts, ...doors, registry: registry.current });
  const { feed } = outward;
  const keeping = startHistory({ ...config, bytes: config.historyBytes, meters, logger });
  let publicOrigin = config.publicOrigin ?? '';
  const behind = joinEdgeParts({
    ...parts,
    ...doors,
    registry: registry.current,
    feed,
    onTold: outward.events.tellSignal,
    isClockSafe: () => watched.isSafe(),
    publicOrigin: () => publicOrigin,
    loopbackOnly: config.loopbackOnly,
    networks: config.networks,
    history: keeping.history,
    manifests: { check: parts.check, change: (after, write) => registry.change(after, write) },
  });
  const listening = await openDoors(config, { ...doors, keys, behind, outward });
  if (!listening.ok) {
    housekeeping.stop();
    await outward.close();
    feed.close();
    await keeping.close();
    return listening;
  }
  const { edge, http, certificates } = listening.value;
  publicOrigin ||= originOf(config, edge.port);
  const { history } = keeping;
  const stopRoster = keepRoster({ ...config, ...doors, store, registry: registry.current });
  const stopObserving = observeFigures(() =>
    figuresOf({ store, feed, history, edge, behind, watched, certificates }),
  );
  const { createJoinToken } = behind.commands;
  const inviting = { ...parts, ...doors, registry: registry.current(), createJoinToken };
  const firstOperatorFile = config.dev ? undefined : await inviteFirstOperator(inviting);
  logger.info({ issuer: identity.issuer, publicOrigin, dev: identity.dev }, 'broker ready');
  return ok({
    identity,
    anchor: keys.anchor.keyId,
    publicOrigin,
    httpOrigin: http.origin,
    devSocket: edge.devSocketPath,
    firstOperatorFile,
    manifestInsteadOfFile: insteadOfFile,
    fileTaken: taken,
    registry: registry.current,
    async reload() {
      const file = await readFileAgain(config, identity, keys.destinations.hash);
      return file.ok ? takeFile(own, file.value, 'the file was read again') : file;
    },
    reloadCertificate: () => certificates.reload(),
    async stop() {
      stopObserving();
      certificates.stop();
      housekeeping.stop();
      http.drain();
      stopRoster();
      // Closes the feed, once no call is in flight.
      await edge.drain();
      await behind.witness.close();
      await behind.watch.close();
      await keeping.close();
      await outward.close();
      await http.close();
      await store.close();
      watched.stop();
    },
  });
}

/** Puts the file in force, or makes sure of the kept version that is. */
async function openManifest(parts: Parts, { clock, entropy }: Doors) {
  const { file, check, store, config } = parts;
  const fileWins = config.dev || config.takeManifest;
  const starting = startingManifest({ file, check, kept: store.manifest(), fileWins });
  if (!starting.ok) return starting;
  const { takesFile, insteadOfFile } = starting.value;
  const registry = new LiveRegistry(starting.value.registry);
  const own = { store, registry, clock, entropy };
  if (takesFile) {
    const taken = await takeFile(own, file, 'the file at the start of the broker');
    return taken.ok ? ok({ registry, own, insteadOfFile, taken: taken.value }) : taken;
  }
  const changed = await enforce(own);
  return changed.ok ? ok({ registry, own, insteadOfFile, taken: undefined }) : changed;
}

/** The broker's own origin, on loopback. */
function originOf({ listen, tls }: BrokerConfig, port: number): string {
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}
