import type { AuditWitnessFault } from './audit-witness.js';
import type { FeedEntry } from './frame.js';

/** Why a genuine frame does not apply. */
export type FrameFault =
  /** The frame is of another issuer's log. */
  | 'frame_other_issuer'
  /** The frame is not newer than one that was seen by the same feed key. */
  | 'frame_replayed'
  /** A frame is missing before this one: the view needs a snapshot. */
  | 'broken_link'
  /** The broker has lost what the view has seen of its log: it has gone back. */
  | 'rolled_back'
  | AuditWitnessFault
  /** The view holds `viewEntriesMax` entries and more were sent. */
  | 'view_full';

/** What a frame changed. */
export type ViewChange =
  | { readonly kind: 'part' }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'added'; readonly entries: readonly FeedEntry[] }
  | { readonly kind: 'confirmed' };
