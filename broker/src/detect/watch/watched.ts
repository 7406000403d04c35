import type { Level } from '../../domain/risk.js';
import type { Envelope } from './envelope.js';
import type { Lesson } from './lesson.js';
import type { Term } from './terms.js';
import type { WorkloadProfile } from './workload-profile.js';

/** A session that is watched. */
export interface Watched {
  /** Place of its state; below zero when it is watched no more. */
  index: number;
  readonly profile: WorkloadProfile;
  /** As the registry has it now. */
  envelope: Envelope;
  /** The whole tree that it belongs to; undefined for a tree of one. */
  tree: Watched | undefined;
  readonly lesson: Lesson;
  readonly terms: Term[];
}

/** What one action came to. */
export interface Judgement {
  /** From 0 to 1. */
  readonly risk: number;
  readonly level: Level;
  /** The level before this action. */
  readonly before: Level;
}
