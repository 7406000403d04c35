import type { SessionId, Thumbprint } from '@creance/proto';
import type { Sighting } from '../domain/action.js';
import type { TheftProofs } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import { type LimitName, limits } from '../domain/limits.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { OnSignal } from '../domain/signal.js';
import type { Clock } from '../runtime/clock.js';
import type { Store } from '../store/store.js';
import { type ActionCount, ActionCounts } from './action-counts.js';
import { Answers } from './answers.js';
import { CloneWatch } from './clone-watch.js';
import { Counters } from './counters.js';
import { JoinedActionsLine, type Later } from './joined-actions-line.js';
import { judgeSighting } from './judge-sighting.js';
import type { Watch } from './live/watch.js';
import { brokerSource } from './mark.js';
import { ReportQueue } from './report-queue.js';
import { type Answered, openResponder, type Reporter } from './respond.js';
import { SeenActions } from './seen-actions.js';
import { Suspicions } from './suspicions.js';
import { TheftMoments } from './theft-moments.js';

/** Parts of the witness room. */
export interface WitnessParts {
  readonly store: Pick<
    Store,
    'path' | 'session' | 'onResume' | 'answerTheft' | 'suspendForRisk' | 'cutTokens' | 'cutSession'
  >;
  readonly feed: { askProofs(session: SessionId, hashes: readonly string[]): void };
  readonly clock: Clock;
  readonly registry: CurrentRegistry;
  /** The watch over action chains. */
  readonly profile: Pick<Watch, 'take' | 'refused' | 'resumed' | 'settled'>;
  /** The only maker of facts. */
  readonly proofs: TheftProofs;
  readonly limitHit: (name: LimitName) => void;
  readonly onSignal: OnSignal;
  /** Called with what was done about each fact, once it is durable. */
  readonly onAnswered: (answered: Answered, reporters: readonly Reporter[]) => void;
  /** Called with a fault of ours, which has stopped nothing else. */
  readonly onFault: (fault: unknown) => void;
  /** Runs something after what is going on now. */
  readonly defer?: (run: () => void) => void;
  /** Resolves after so many milliseconds. */
  readonly wait?: (millis: number) => Promise<void>;
  /** Runs something after so many milliseconds, without keeping the process running for it. */
  readonly later?: Later;
}

/** A proof of a call to the broker, as authentication has seen it. */
export interface ProofOfCall {
  readonly session: SessionId;
  readonly key: Thumbprint;
  readonly counter: number | undefined;
  readonly issuedAt: number;
  readonly text: string;
}

/** How full the witness room is. */
export interface WitnessFigures {
  /** Allowed and refused uses that wait to be judged. */
  readonly actions: number;
  readonly refused: number;
  /** Suspicions that wait for bytes. */
  readonly suspicions: number;
}

/** Takes what witnesses report, and turns it into signals, facts and answers. */
export interface Witness {
  /**
   * Takes sightings of one witness; each counts once, however often it is sent. What a session tells of
   * itself waits for the word of the resource, and is not judged when that comes.
   */
  take(sightings: readonly Sighting[]): { readonly taken: number; readonly dropped: number };
  /** Takes proofs that were asked for. */
  show(proofs: readonly string[]): void;
  /** Hashes of proofs that a verifier's session shall show, at most `limits.reportProofs`. */
  wantedOf(witness: SessionId): readonly string[];
  /** Notes a proof of a call to the broker; for the authenticator. Costs well under a microsecond. */
  onProof(seen: ProofOfCall): void;
  /** Uses of a session that verifiers have reported since the broker started. */
  counts(session: SessionId): ActionCount;
  /** When the last of these was; undefined when there was none. */
  lastUse(session: SessionId): Instant | undefined;
  /** How full the room is now. */
  figures(): WitnessFigures;
  /** Takes no more, forgets what waits, and resolves when every answer under way is durable. */
  close(): Promise<void>;
}

/** Opens the room: one memory each of actions, counters and suspicions. Nothing of it is on disk. */
export function openWitness(parts: WitnessParts): Witness {
  const { store, clock, limitHit } = parts;
  const defer = parts.defer ?? ((run) => void setImmediate(run));
  const safely = (run: () => void) => defer(() => guarded(run, parts.onFault));
  const counts = new ActionCounts((id) => store.session(id) !== undefined);
  const seen = new SeenActions();
  const suspicions = new Suspicions(limitHit);
  const moments = new TheftMoments();
  const answers = new Answers({ ...parts, respond: openResponder(responderParts(parts)) });
  const watch = new CloneWatch({
    ...parts,
    counters: new Counters({ hashOf: parts.proofs.hashOf, limitHit }),
    suspicions,
    moments,
    answers,
    defer: safely,
  });
  const judge = (sighting: Sighting) =>
    judgeSighting({ ...parts, counts, watch, answers }, sighting);
  const queue = new ReportQueue({ judge, defer, limitHit, onFault: parts.onFault });
  const line = new JoinedActionsLine({ ...parts, put: (sighting) => queue.put(sighting) });
  const stopListening = store.onResume((session) => {
    moments.resumed(session, clock.monotonicMillis());
    parts.profile.resumed(session);
  });
  return {
    take(sightings) {
      let taken = 0;
      for (const sighting of sightings) {
        if (seen.has(sighting)) taken += 1;
        else if (line.put(sighting)) {
          seen.note(sighting);
          taken += 1;
        }
      }
      line.look();
      return { taken, dropped: sightings.length - taken };
    },
    show: (proofs) => watch.show(proofs),
    wantedOf: (witness) => suspicions.wantedOf(witness, limits.reportProofs),
    onProof: ({ session, key, counter, issuedAt, text }) =>
      watch.note(session, key, {
        counter: counter ?? 0,
        issuedAt,
        source: brokerSource,
        witness: undefined,
        hash: undefined,
        text,
        seenMillis: clock.monotonicMillis(),
      }),
    counts: (session) => counts.of(session),
    lastUse: (session) => counts.lastAt(session),
    figures: () => ({ ...queue.waitingByLine, suspicions: suspicions.size }),
    async close() {
      stopListening();
      line.close();
      queue.close();
      await answers.settled();
      await parts.profile.settled();
    },
  };
}

function responderParts({ store, registry, clock, wait }: WitnessParts) {
  const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));
  return { store, registry, now: () => clock.now(), wait: wait ?? pause };
}

function guarded(run: () => void, onFault: (fault: unknown) => void): void {
  try {
    run();
  } catch (fault) {
    onFault(fault);
  }
}
