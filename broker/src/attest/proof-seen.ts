import type { SessionId, Thumbprint } from '@creance/proto';
import type { Session } from '../domain/session.js';
import type { ProvenKey } from '../tokens/proof-judge.js';

/** A genuine proof that a session has shown to the broker itself. */
export interface SeenProof {
  readonly session: SessionId;
  readonly key: Thumbprint;
  readonly counter: number | undefined;
  /** Unix seconds, as the proof says. */
  readonly issuedAt: number;
  /** Its compact form: to be compared, never to be written down. */
  readonly text: string;
}

/**
 * Hears of every genuine proof of a session, also of one that may not act any more: a clone that talks
 * to the broker is seen there.
 */
export type OnProof = (seen: SeenProof) => void;

/** A proof as whoever counts wants to see it. */
export function proofSeen({ id }: Session, proven: ProvenKey, text: string): SeenProof {
  return {
    session: id,
    key: proven.key,
    counter: proven.counter,
    issuedAt: proven.issuedAt,
    text,
  };
}
