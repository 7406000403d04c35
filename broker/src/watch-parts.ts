import { setTimeout as pause } from 'node:timers/promises';
import { noteJudged, type TakesLines } from './detect/live/history.js';
import { askedStill, changedAsked, restoreAsked } from './detect/live/keep-asked.js';
import { ProfileKeeper, restoreProfiles } from './detect/live/keep-profiles.js';
import { changedSessions, changedStill, restoreSessions } from './detect/live/keep-sessions.js';
import type { Decision, LiveSession } from './detect/live/live-session.js';
import { type NetworkSources, Networks } from './detect/live/networks.js';
import { termsBehind } from './detect/live/silent-terms.js';
import { Watch } from './detect/live/watch.js';
import { Engine } from './detect/watch/engine.js';
import { strongestFirst } from './detect/watch/terms.js';
import type { SignalTold, TellSignal } from './domain/event.js';
import { limits } from './domain/limits.js';
import type { CurrentRegistry } from './domain/registry.js';
import type { Clock } from './runtime/clock.js';
import type { Store } from './store/store.js';
import type { Meters } from './telemetry/meters.js';
import type { WatchLogger } from './witness-parts.js';

/** What the watch stands on. */
export interface RoomsOfWatch {
  readonly registry: CurrentRegistry;
  readonly store: Store;
  readonly clock: Clock;
  readonly meters: Meters;
  readonly logger: WatchLogger;
  readonly networks: NetworkSources;
  /** Hears of every decision. */
  readonly onTold?: TellSignal | undefined;
  /** Takes every judged action. */
  readonly history: TakesLines;
}

/** A watch that keeps what it has learned. */
export interface RunningWatch {
  readonly watch: Watch;
  /** Keeps what has changed, and stops. */
  close(): Promise<void>;
}

/** Opens the watch with the histories that were kept, and keeps them from then on. */
export function joinWatch(rooms: RoomsOfWatch): RunningWatch {
  const { registry, store, clock, meters, logger } = rooms;
  const hit = (name: Parameters<Meters['watchBoundHit']>[0]) => meters.watchBoundHit(name);
  const engine = new Engine(hit);
  const watch = new Watch({
    engine,
    store,
    registry,
    networks: new Networks(rooms.networks),
    now: () => clock.now(),
    wait: (millis) => pause(millis, undefined, { ref: false }),
    order: {
      holdMillis: limits.sightingHoldMillis,
      most: limits.sightingsHeld,
      nowMillis: () => clock.monotonicMillis(),
      later: (run, millis) => void setTimeout(run, millis).unref(),
    },
    allowance: {
      perWorkload: limits.riskSuspensionsPerWorkload,
      perOwner: limits.riskSuspensionsPerOwner,
      perResource: limits.riskSuspensionsPerResource,
    },
    refusedKept: limits.refusedUsesKept,
    onJudged: (session, workload, action) => noteJudged(rooms.history, session, workload, action),
    onDecision(session, decision) {
      meters.watchDecided(decision.level, decision.done);
      logger.warn(linesOf(session, decision), 'watch decided');
      rooms.onTold?.(session.id, signalOf(session, decision));
    },
    onCapped: (hitBound) => meters.limitHit(capName[hitBound]),
    onFault: (fault) =>
      logger.error({ fault: fault instanceof Error ? fault.message : String(fault) }, 'watch'),
  });
  restoreProfiles(store, watch.sessions, hit);
  restoreAsked(store, watch.sessions.workloads.asked);
  restoreSessions(store, watch.sessions);
  return { watch, close: startKeeping(rooms, engine, watch) };
}

const capName = {
  perWorkload: 'riskSuspensionsPerWorkload',
  perOwner: 'riskSuspensionsPerOwner',
  perResource: 'riskSuspensionsPerResource',
} as const;

/** Once a second: what a crash takes is at most the last one. */
const keepMillis = 1_000;
/** Sessions that are looked at in one round, whether they have ended. */
const sweptMost = 10_000;
/** Sessions that are kept in one round. */
const keptMost = 2_000;

function startKeeping(
  { store, logger }: RoomsOfWatch,
  engine: Engine,
  watch: Watch,
): () => Promise<void> {
  const keeper = new ProfileKeeper();
  const keep = async () => {
    watch.sweep(sweptMost);
    // What was learned goes before the sessions that were judged by it.
    const profiles = keeper.changed(watch.sessions);
    const asked = changedAsked(watch.sessions.workloads.asked);
    const sessions = changedSessions(engine, watch.sessions, keptMost);
    const rows = [...profiles, ...asked, ...sessions];
    if (rows.length === 0) return;
    const kept = await store.keepWatch(rows);
    if (kept.ok) return;
    keeper.failed(profiles);
    askedStill(asked, watch.sessions.workloads.asked);
    changedStill(sessions, watch.sessions);
    logger.error({ reason: kept.error }, 'what the watch has learned could not be kept');
  };
  let busy: Promise<void> | undefined;
  const round = () => {
    busy ??= keep().finally(() => {
      busy = undefined;
    });
    return busy;
  };
  const timer = setInterval(() => void round(), keepMillis).unref();
  return async () => {
    clearInterval(timer);
    await busy;
    await round();
  };
}

/** The evidence that weighs most speaks for the decision. */
function signalOf(session: LiveSession, decision: Decision): SignalTold {
  const strongest = strongestFirst(termsBehind(session, decision))[0];
  const [signal, evidence] = [strongest?.kind ?? 'watch', strongest?.words ?? ''];
  const response = `${decision.done}${decision.because === undefined ? '' : `, ${decision.because}`}`;
  return { kind: 'signal', signal, risk: decision.risk, evidence, response };
}

/** Ids, words and figures. */
function linesOf(session: LiveSession, decision: Decision): object {
  const { level, done, risk, because } = decision;
  const strongest = strongestFirst(termsBehind(session, decision))[0];
  return {
    session: session.id,
    workload: session.workload,
    level,
    done,
    risk: Number(risk.toFixed(3)),
    because,
    words: strongest?.words,
  };
}
