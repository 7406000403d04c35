import type { Sensitivity } from '../../domain/sensitivity.js';

/** What came with a request by way of proof. */
export type Binding = 'bound' | 'other' | 'none';

/**
 * One thing done or tried, whoever saw it: what live reports and files of history both become before the
 * engine judges them. A claim of its witness, never a fact.
 */
export interface Action {
  /** Milliseconds, by whatever clock the whole stream has; undefined where a file has no times. */
  readonly atMillis: number | undefined;
  /** Registered name of the resource. */
  readonly resource: string;
  /** Registered name of the action, or its route template. */
  readonly name: string;
  readonly sensitivity: Sensitivity;
  readonly denied: boolean;
  /** Hashes of what it was aimed at. */
  readonly destinations: readonly string[];
  /** Whether the session's task names all of them; undefined when it has declared none. */
  readonly isDeclared: boolean | undefined;
  /** Folded prefix of the address that it came from; undefined when the witness did not see it. */
  readonly network: string | undefined;
  /** Family of the client, without a version. */
  readonly client: string | undefined;
  /** Undefined when the witness saw none and was not to see any. */
  readonly binding: Binding | undefined;
  /** A device or key that the witness names; what calm sessions have shown of it is learned. */
  readonly device: string | undefined;
  /** Seen by the resource's verifier: only then does it teach anything. */
  readonly isStrong: boolean;
}
