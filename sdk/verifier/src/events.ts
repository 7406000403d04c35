import type { FailureReason } from './failures.js';
import type { FeedFault } from './feed.js';

/** Bounds whose reaching is told. */
export type LimitReason =
  | Extract<FailureReason, 'view_full' | 'replay_memory_full' | 'live_identities_full'>
  /** Sightings were dropped, since more came than could be reported. No request is refused for it. */
  | 'observations_full'
  /** Actions were aimed at more destinations than are told: the first 15 were, and that there were more. */
  | 'destinations_full'
  /** Proofs were forgotten before five minutes were over. No request is refused for it. */
  | 'proofs_kept_full';

/** What a verifier tells whoever runs it. Never a token, a proof or a handle. */
export type VerifierEvent =
  /** A session is open and the feed subscribed. */
  | { readonly kind: 'connected'; readonly resource: string }
  /** The way to the broker is lost; it is tried again. `code` is a gRPC status or a stable reason. */
  | {
      readonly kind: 'disconnected';
      readonly code: string;
      /** System or TLS code of a failed connection. */
      readonly networkCode?: string;
      /** Names the call in the broker's log. */
      readonly requestId?: string;
    }
  /**
   * A request was refused; the caller was told the same request id. Comes with every refused request but
   * the steps of a call in order: count it, or log it at a rate. `publicOrigin` is what proofs must name.
   */
  | {
      readonly kind: 'denied';
      readonly reason: FailureReason;
      readonly requestId: string;
      readonly publicOrigin?: string;
    }
  /** The view stands at a revision now. */
  | { readonly kind: 'applied'; readonly revision: number }
  /** The view is older than `maxStale`, infinitely so while the broker has gone back, or young again. */
  | { readonly kind: 'stale'; readonly ageMillis: number }
  | { readonly kind: 'fresh' }
  /** Something that came over the feed was refused. */
  | { readonly kind: 'refused'; readonly fault: FeedFault }
  /** The broker's feed key is vouched for by another anchor: everything is refused. */
  | { readonly kind: 'anchor_mismatch' }
  /** The clocks of broker and verifier differ by more than is allowed for. Positive: ours is ahead. */
  | { readonly kind: 'clock_skew'; readonly seconds: number }
  /** A bound was hit: a request was refused for it, or so many sightings or proofs were let go. */
  | { readonly kind: 'limit'; readonly reason: LimitReason; readonly count?: number }
  /**
   * The broker has taken a report. `dropped` is what it let go itself, `unread` counts requests since
   * the last report whose token was not genuine: of those nothing is reported.
   */
  | {
      readonly kind: 'reported';
      readonly observations: number;
      readonly dropped: number;
      readonly unread: number;
    }
  /** A report was given up. `code` is a gRPC status or a stable reason. */
  | { readonly kind: 'unreported'; readonly observations: number; readonly code: string };

/** Takes events. What it throws is dropped: a broken log ends no verifier. */
export type OnEvent = (event: VerifierEvent) => void;

/** Makes an event listener that never throws. */
export function safely(onEvent: OnEvent | undefined): OnEvent {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // Whoever listens has a fault of its own; verification goes on.
    }
  };
}
