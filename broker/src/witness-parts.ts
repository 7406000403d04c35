import type { Watch } from './detect/live/watch.js';
import type { Answered } from './detect/respond.js';
import { openWitness, type Witness } from './detect/witness.js';
import type { TellSignal } from './domain/event.js';
import type { CurrentRegistry } from './domain/registry.js';
import type { Feed } from './feed/feed.js';
import type { Clock } from './runtime/clock.js';
import type { Store, StoreIdentity } from './store/store.js';
import type { Meters } from './telemetry/meters.js';
import type { BrokerKeys } from './tokens/broker-keys.js';
import { openGenuineTokens } from './tokens/genuine-token.js';
import { openCutTokens } from './tokens/genuine-token-cuts.js';
import { openTheftProofs } from './tokens/theft-proofs.js';

/** Where the witness room writes what it has answered and what has failed; pino fits. */
export interface WatchLogger {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** What the witness room stands on. */
export interface RoomsOfWitness {
  readonly registry: CurrentRegistry;
  readonly identity: StoreIdentity;
  readonly keys: BrokerKeys;
  readonly store: Store;
  readonly feed: Pick<Feed, 'askProofs'>;
  readonly clock: Clock;
  readonly meters: Meters;
  /** The watch over action chains. */
  readonly profile: Watch;
  readonly logger: WatchLogger;
  /** Hears of every fact that was answered. */
  readonly onTold?: TellSignal | undefined;
}

/** Joins the witness room: facts are made of the broker's own keys, and every answer is written down. */
export function joinWitness(rooms: RoomsOfWitness): Witness {
  const { registry, identity, keys, store, feed, clock, meters, profile, logger } = rooms;
  const cuts = openCutTokens(store);
  const { issuer } = identity;
  const genuineToken = openGenuineTokens({ issuer, ring: keys.ring, store, cuts });
  return openWitness({
    store,
    feed,
    clock,
    registry,
    profile,
    proofs: openTheftProofs({ genuineToken, store }),
    limitHit: (name) => meters.limitHit(name),
    onSignal: ({ kind }) => meters.signal(kind),
    onAnswered(answered) {
      meters.theftAnswered(answered.fact.kind, answered.outcome);
      logger.warn(linesOf(answered), 'theft answered');
      const { fact, session, outcome } = answered;
      const [signal, evidence] = [fact.kind, fact.words];
      rooms.onTold?.(session, { kind: 'signal', signal, risk: 1, evidence, response: outcome });
    },
    onFault: (fault) =>
      logger.error({ fault: fault instanceof Error ? fault.message : String(fault) }, 'watch'),
  });
}

/** Words, ids and figures; never the bytes that proved it. */
function linesOf({ fact, session, outcome, done }: Answered): object {
  const { revision, sessionsEnded } = done ?? {};
  return { fact: fact.kind, ofSession: fact.session, session, outcome, revision, sessionsEnded };
}
