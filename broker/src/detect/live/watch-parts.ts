import type { Instant } from '../../domain/instant.js';
import type { CurrentRegistry, Workload } from '../../domain/registry.js';
import type { Store } from '../../store/store.js';
import type { Action } from '../watch/action.js';
import type { Engine } from '../watch/engine.js';
import type { AllowanceBounds, AllowanceHit } from './allowance.js';
import type { Decision, Held, LiveSession } from './live-session.js';
import type { Networks } from './networks.js';
import type { OrderLineParts } from './order-line.js';

/** Parts of the live watch. */
export interface WatchParts {
  readonly engine: Engine;
  readonly store: Pick<Store, 'path' | 'suspendForRisk'>;
  readonly registry: CurrentRegistry;
  readonly networks: Networks;
  readonly now: () => Instant;
  readonly wait: (millis: number) => Promise<void>;
  /** How sightings are put into order. */
  readonly order: Omit<OrderLineParts, 'judge'>;
  readonly allowance: AllowanceBounds;
  /** Refused uses whose last weighing is remembered. */
  readonly refusedKept: number;
  /** Called with every action of a witness, once it is judged. */
  readonly onJudged: (session: LiveSession, workload: Workload, action: Action) => void;
  /** Called with every decision, once it is done; with the hold that it made, and of which session. */
  readonly onDecision: (session: LiveSession, decision: Decision, held?: Held) => void;
  /** Called when a cap on automatic suspensions has made a response milder. */
  readonly onCapped: (hit: AllowanceHit) => void;
  /** Called with a fault of ours, which has stopped nothing else. */
  readonly onFault: (fault: unknown) => void;
}
