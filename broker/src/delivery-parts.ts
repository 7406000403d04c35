import type { Occurrence } from './domain/event.js';
import type { CurrentRegistry } from './domain/registry.js';
import { occurrenceOf } from './events/from-record.js';
import { push } from './notify/push.js';
import { type LookUp, systemLookUp } from './notify/resolve.js';
import { Router } from './notify/router.js';
import { Sender } from './notify/sender.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import type { Store } from './store/store.js';
import type { Meters } from './telemetry/meters.js';
import { signEventToken } from './tokens/event-token.js';
import type { Signer } from './tokens/signing-key.js';

/** What deliveries stand on. */
export interface RoomsOfDeliveries {
  readonly issuer: string;
  readonly store: Store;
  readonly registry: CurrentRegistry;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly meters: Pick<Meters, 'limitHit' | 'delivery'>;
  /** The events key. */
  readonly signer: Signer;
  readonly logger: DeliveryLogger;
  readonly lookUp?: LookUp;
}

/** Where it is said what could not be delivered; pino fits. */
export interface DeliveryLogger {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Deliveries of a running broker. */
export interface RunningDeliveries {
  /** Delivers what is in no audit record. */
  tell(occurrence: Occurrence): void;
  /** Stops; what is under way is tried again after the next start. */
  close(): Promise<void>;
}

const roundMillis = 1_000;
/** Rounds after which it is kept how far the audit was read. */
const roundsPerKeep = 60;

/** Joins what makes deliveries of events with what sends them, and keeps both going. */
export function joinDeliveries(rooms: RoomsOfDeliveries): RunningDeliveries {
  const { store, logger } = rooms;
  const closing = new AbortController();
  const sender = openSender(rooms, closing.signal);
  const router = openRouter(rooms, () => sender.send());
  let last: Promise<void> = Promise.resolve();
  /** One after the other: what the store refuses comes again with the next round. */
  const run = (step: () => Promise<void> | void) => {
    last = last
      .then(step)
      .catch((fault: Error) => logger.error({ fault: fault.message }, 'deliveries'));
  };
  const read = () => run(() => (closing.signal.aborted ? undefined : router.read()));
  const stop = store.onAudit(read);
  let rounds = 0;
  const round = () => {
    rounds += 1;
    read();
    run(() => router.escalate());
    run(() => sender.send());
    if (rounds % roundsPerKeep === 0) run(() => router.keep());
  };
  round();
  const timer = setInterval(round, roundMillis).unref();
  return {
    tell: (occurrence) => run(() => router.tell(occurrence)),
    async close() {
      clearInterval(timer);
      stop();
      run(() => router.keep());
      closing.abort();
      await last;
      await sender.settled();
    },
  };
}

function openRouter(rooms: RoomsOfDeliveries, onAdded: () => void): Router {
  const { issuer, registry, store, clock, entropy, meters } = rooms;
  return new Router({
    issuer,
    registry,
    outbox: store.outbox,
    now: () => clock.now(),
    occurrenceOf: (record) => occurrenceOf({ store, registry }, record),
    freshId: () => Buffer.from(entropy.bytes(32)).toString('base64url'),
    onAdded,
    onDropped: () => meters.limitHit('deliveriesPerReceiver'),
  });
}

function openSender(rooms: RoomsOfDeliveries, closing: AbortSignal): Sender {
  const { issuer, registry, store, clock, entropy, meters, signer, logger } = rooms;
  const { lookUp = systemLookUp } = rooms;
  const limitHit = (name: string) => meters.limitHit(name);
  return new Sender({
    issuer,
    registry,
    outbox: store.outbox,
    now: () => clock.now(),
    sign: (ask) => signEventToken(signer, ask),
    push: (receiver, token) => push(receiver, token, { lookUp, limitHit, closing }),
    chance: () => (entropy.bytes(1)[0] ?? 0) / 256,
    onSettled({ id, owner, target, kind, attempts }, outcome) {
      meters.delivery(target, outcome.as);
      if (outcome.as === 'delivered') return;
      const { as, fault } = outcome;
      // Once when it begins, and when it is given up: not with every attempt of a day.
      if (attempts === 0 || as === 'dropped')
        logger.warn({ id, owner, target, kind, outcome: as, fault }, 'event not delivered');
    },
  });
}
