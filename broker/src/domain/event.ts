import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import type { Instant } from './instant.js';
import type { MemberKind } from './registry.js';
import type { HoldCause, SessionEnd } from './session.js';

/** What an end, a hold or a cut was done with: who has said so, and why. Words for operators, never bearer material. */
export interface Authored {
  /** The name of an operator, `dev`, `broker`, or the id of a session that is not in memory any more. */
  readonly author: string;
  readonly reason: string;
}

/** What a cut names: everything that has a handle, a revision, or the tokens of a session alone. */
export type CutOf =
  | 'session'
  | 'tokens'
  | 'before'
  | 'workload'
  | 'owner'
  | 'principal'
  | 'upstream'
  | 'evidence-key'
  | 'evidence-issuer'
  | 'members';

/** What has happened. */
export type Happening =
  | {
      readonly kind: 'session_opened';
      readonly member: MemberKind;
      readonly name: string;
      /** Undefined for a root. */
      readonly parent: SessionId | undefined;
    }
  | {
      readonly kind: 'session_ended';
      readonly name: string;
      /** In order, or because its time was up. A revocation is a cut. */
      readonly end: Exclude<SessionEnd, 'revoked'>;
      readonly sessionsEnded: number;
    }
  | {
      readonly kind: 'signal';
      /** The rule of the watch that weighs most, or the kind of the fact. */
      readonly signal: string;
      /** 0 to 1; of a fact 1. */
      readonly risk: number;
      /** The evidence in words, as `creance explain` has it. */
      readonly evidence: string;
      /** What was done: a level of the watch, `alert`, `would have`, or the answer to a theft. */
      readonly response: string;
    }
  | (Authored & {
      readonly kind: 'held';
      readonly cause: HoldCause;
      readonly sessionsHeld: number;
      readonly revision: Revision;
    })
  | (Authored & { readonly kind: 'resumed'; readonly sessionsResumed: number })
  | (Authored & {
      readonly kind: 'cut';
      readonly of: CutOf;
      /** Of what was cut: a name, an id, a thumbprint or a hash. */
      readonly name: string;
      readonly sessionsEnded: number;
      readonly revision: Revision;
    })
  /** A verifier says that it enforces a cut or hold. */
  | {
      readonly kind: 'enforced';
      readonly resource: string;
      readonly revision: Revision;
      readonly millis: number;
    }
  /** Every verifier that was subscribed at a cut or hold enforces it or has left. */
  | {
      readonly kind: 'enforced_by_all';
      readonly verifiers: number;
      readonly revision: Revision;
      readonly millis: number;
    }
  | (Authored & {
      readonly kind: 'manifest_applied';
      /** Zero when a broker took its file. */
      readonly version: number;
      readonly sessionsEnded: number;
    })
  | (Authored & {
      readonly kind: 'key_compromised';
      readonly keyIds: readonly Thumbprint[];
      readonly revision: Revision;
    })
  /** Whoever watches has missed what lies after this number: it has fallen out, or was before this process. */
  | { readonly kind: 'gap'; readonly after: number };

/** A kind of event. */
export type EventKind = Happening['kind'];

/** The kinds of events. */
export const eventKinds: readonly EventKind[] = [
  'session_opened',
  'session_ended',
  'signal',
  'held',
  'resumed',
  'cut',
  'enforced',
  'enforced_by_all',
  'manifest_applied',
  'key_compromised',
  'gap',
];

/** What the watch or the witnesses have come to, for those who listen to events. */
export type SignalHappening = Extract<Happening, { kind: 'signal' }>;

/** Hears of a signal about a session. */
export type TellSignal = (session: SessionId, signal: SignalHappening) => void;

/** Where something has happened; what is not known or does not fit is undefined. */
export interface EventPlace {
  /** Names of the workload and its owner. */
  readonly workload: string | undefined;
  readonly owner: string | undefined;
  readonly session: SessionId | undefined;
  readonly root: SessionId | undefined;
}

/** Names of workloads and owners. */
export interface Reached {
  readonly workloads: readonly string[];
  readonly owners: readonly string[];
}

/** Nobody's sessions. */
export const nobodyReached: Reached = { workloads: [], owners: [] };

/** Where something has happened that is of no session. */
export const nowhere: EventPlace = {
  workload: undefined,
  owner: undefined,
  session: undefined,
  root: undefined,
};

/** Something that has happened and is durable, where that can be said of it. */
export interface Occurrence extends EventPlace {
  readonly at: Instant;
  /** The request or trace that caused it; undefined when nobody asked for it. */
  readonly cause: string | undefined;
  /** Whose sessions it has reached; undefined when it may be anybody's. */
  readonly reached: Reached | undefined;
  readonly what: Happening;
}

/** An occurrence in its place in the stream. */
export interface BrokerEvent extends Occurrence {
  /** Only grows, also from one process of the broker to the next; not without holes. */
  readonly number: number;
}

/** Which events somebody wants; undefined wants all. */
export interface EventFilter {
  readonly workload: string | undefined;
  readonly owner: string | undefined;
  /** Also as a root. */
  readonly session: SessionId | undefined;
  readonly kinds: ReadonlySet<EventKind> | undefined;
}

/** Whether somebody wants an event. A gap concerns everybody: what was missed may have been wanted. */
export function isWanted(filter: EventFilter, { what, reached, ...at }: Occurrence): boolean {
  if (what.kind === 'gap') return true;
  if (filter.kinds !== undefined && !filter.kinds.has(what.kind)) return false;
  const { session, workload, owner } = filter;
  if (session !== undefined && session !== at.session && session !== at.root) return false;
  const { workloads, owners } = reached ?? nobodyReached;
  if (owner !== undefined && owner !== at.owner && !owners.includes(owner)) return false;
  return workload === undefined || workload === at.workload || workloads.includes(workload);
}
