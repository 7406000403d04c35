import type { Occurrence, TellSignal } from './domain/event.js';
import type { CurrentRegistry } from './domain/registry.js';
import { Enforcement } from './events/enforcement.js';
import { occurrenceOf, placeOf } from './events/from-record.js';
import { EventHub } from './events/hub.js';
import type { Clock } from './runtime/clock.js';
import type { Store } from './store/store.js';
import type { Meters } from './telemetry/meters.js';

/** What the events stand on. */
export interface RoomsOfEvents {
  readonly store: Pick<Store, 'path' | 'onAudit'>;
  readonly registry: CurrentRegistry;
  readonly clock: Clock;
  readonly meters: Pick<Meters, 'limitHit'>;
  /** Hears of signals, which are in no audit record. */
  readonly onSignal?: (occurrence: Occurrence) => void;
}

/** The events of a running broker. */
export interface RunningEvents {
  readonly hub: EventHub;
  /** To be called when something was decided about a session. */
  readonly tellSignal: TellSignal;
  /** To be told what verifiers enforce. */
  readonly enforcement: Enforcement;
  /** Ends every watch and stops listening. */
  close(): void;
}

/** Between two looks at whether watchers still may. */
const reviewMillis = 1_000;

/**
 * Joins the events: what is committed is told in the order of the commits, and nothing before it is durable.
 * Followers of a cut are noted before anybody is told of it.
 */
export function joinEvents(rooms: RoomsOfEvents): RunningEvents {
  const { store, registry, clock, meters } = rooms;
  const limitHit = (name: string) => meters.limitHit(name);
  const hub = new EventHub({ clock, limitHit });
  const enforcement = new Enforcement({
    limitHit,
    publish: (what, cut) => void hub.publish({ ...cut, at: clock.now(), what }),
  });
  const tell = (occurrence: Occurrence) => {
    const { what } = occurrence;
    if (what.kind === 'cut' || what.kind === 'held') enforcement.follow(what.revision, occurrence);
    hub.publish(occurrence);
  };
  const stops = [
    store.onAudit((records) => {
      for (const record of records) {
        const occurrence = occurrenceOf({ store, registry }, record);
        if (occurrence !== undefined) tell(occurrence);
      }
      hub.review();
    }),
  ];
  const timer = setInterval(() => hub.review(), reviewMillis).unref();
  return {
    hub,
    tellSignal(session, what) {
      const place = placeOf({ store, registry }, session);
      const one = (name: string | undefined) => (name === undefined ? [] : [name]);
      const reached = { workloads: one(place.workload), owners: one(place.owner) };
      const occurrence = { at: clock.now(), cause: undefined, ...place, reached, what };
      tell(occurrence);
      rooms.onSignal?.(occurrence);
    },
    enforcement,
    close() {
      clearInterval(timer);
      for (const stop of stops) stop();
      hub.close();
    },
  };
}
