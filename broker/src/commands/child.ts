import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import { mayHaveChild } from '../domain/policy-delegation.js';
import { childFaultAt, type LevelOf, levelOfPath } from '../domain/policy-risk.js';
import { type NarrowedTask, narrowTask, type TaskAsk } from '../domain/policy-task.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import { childFits } from './child-size.js';

/** Parts that judging a child needs. */
export interface ChildParts {
  readonly issuer: string;
  readonly registry: CurrentRegistry;
  /** What the watch has put a session under. */
  readonly levelOf: LevelOf;
}

/** A child as somebody wants it below a path. */
export interface ChildAsk {
  /** From the root to the parent. */
  readonly path: readonly Session[];
  /** Name of the child's workload. */
  readonly workload: string;
  readonly task: TaskAsk | undefined;
  /** Whether it comes with evidence of its own, as on another host. */
  readonly ownEvidence: boolean;
}

/** A child that policy allows. */
export interface AllowedChild extends NarrowedTask {
  /** Sessions of a path at most, by today's policy along it. */
  readonly depthMax: number;
}

/**
 * Whether policy allows a child today: nobody above is in doubt or too shallow, its parent names it, its
 * task lies within what the parent may ask for, and its widest token is one that can be minted.
 */
export function allowChild(
  { issuer, registry, levelOf }: ChildParts,
  { path, workload, task, ownEvidence }: ChildAsk,
  now: Instant,
): Result<AllowedChild, Denial> {
  const today = registry();
  const depthMax = mayHaveChild(today, path, workload);
  if (!depthMax.ok) return depthMax;
  const doubt = childFaultAt(levelOfPath(path, levelOf));
  if (doubt !== undefined) return refuse(doubt);
  const narrowed = narrowTask(today, path, task, now);
  if (!narrowed.ok) return narrowed;
  const child = { workload, task: narrowed.value.task, ownEvidence };
  const fault = childFits(issuer, today, path, child);
  if (fault !== undefined) return refuse(fault);
  return ok({ ...narrowed.value, depthMax: depthMax.value });
}
