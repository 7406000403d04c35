import type { Authenticate } from '../attest/authenticate.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Openings } from '../feed/opening.js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import type { CallSpans } from '../telemetry/call-spans.js';
import type { KeptRefusals } from '../telemetry/kept-refusals.js';
import type { Meters } from '../telemetry/meters.js';
import type { ProofJudge } from '../tokens/proof-judge.js';
import type { EdgeCommands, EdgeFeed } from './edge-commands.js';
import type { TlsMaterial } from './front.js';
import type { EdgeLimits } from './limits.js';
import type { EdgeLogger } from './report.js';
import type { JudgeAnswer } from './stream-session.js';
import type { EdgeEvents } from './watch-events.js';

/** Parts of the edge. */
export interface EdgeOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Plaintext without it. */
  readonly tls?: TlsMaterial;
  /** Where the owner of a development broker calls. */
  readonly devSocketPath?: string;
  readonly authenticate: Authenticate;
  readonly judge: Pick<ProofJudge, 'nonce'>;
  readonly commands: EdgeCommands;
  /** Closed by `drain`. */
  readonly feed: EdgeFeed;
  /** Closed by `drain`. */
  readonly events: EdgeEvents;
  readonly openings: Openings;
  readonly registry: CurrentRegistry;
  /** Where streams look their sessions up, and hear what ends or holds them. */
  readonly store: Pick<Store, 'path' | 'onLog' | 'onResume'>;
  /** Judges answers to the challenges of streams. */
  readonly judgeAnswer: JudgeAnswer;
  readonly clock: Clock;
  /** Milliseconds by which the wall clock is off while it is not believed; absent where nobody judges it. */
  readonly clockOffMillis?: (() => number) | undefined;
  readonly entropy: Entropy;
  readonly meters: Meters;
  readonly logger: EdgeLogger;
  /** Where refusals are kept for operators. */
  readonly refusals: Pick<KeptRefusals, 'note'>;
  /** Makes spans of calls; undefined when nobody traces. */
  readonly spans?: CallSpans | undefined;
  /** Bounds that differ from `domain/limits.ts`. */
  readonly limits?: Partial<EdgeLimits>;
}
