import { ok, type Result, refuse, type ScopeSet, type SessionId } from '@creance/proto';
import type { Denial } from './denial.js';
import { type Instant, plusSeconds, unixSeconds } from './instant.js';
import type { PathSession, TokenGrant } from './policy.js';
import { type Level, reaches } from './risk.js';
import type { Session } from './session.js';
import { destinationsOfTasks } from './task.js';

/** The level that a session is under by itself: the one that is enforced, whatever others are only told of. */
export type LevelOf = (session: SessionId) => Level;

/** What a session asks for, whether it is granted or not. */
export interface Asked {
  readonly session: SessionId;
  readonly audience: string;
  readonly scopes: ScopeSet;
  /** A token for itself, or a task for a child. */
  readonly what: 'token' | 'task';
}

/** Told of everything that is asked for, before it is decided: it takes as long whatever it is told. */
export type OnAsked = (asked: Asked) => void;

/** Seconds that a token of a session under observation lives at most, and of a narrowed one. */
export const observedLifetimeSecondsMax = 60;
export const narrowedLifetimeSecondsMax = 30;

/** The worst level along a path: what is above a session counts for it. */
export function levelOfPath(path: readonly Pick<Session, 'id'>[], levelOf: LevelOf): Level {
  let worst: Level = 'calm';
  for (const { id } of path) {
    const level = levelOf(id);
    if (reaches(level, worst)) worst = level;
  }
  return worst;
}

/**
 * Narrows what policy has granted to the level of the path: it only ever takes away. A token lives shorter,
 * and its reply says so; from `narrow` on each scope must be one that reads, or be for a resource for which
 * a task of the path declares destinations. One scope too many refuses all. From `suspend` on there is no
 * token, also while the hold itself is still on its way to the store.
 */
export function grantAtLevel(
  path: readonly Pick<PathSession, 'task'>[],
  grant: TokenGrant,
  level: Level,
  now: Instant,
): Result<TokenGrant, Denial> {
  if (level === 'calm') return ok(grant);
  const { resource, scopes } = grant;
  if (reaches(level, 'suspend')) return refuse({ reason: 'session_suspended', detail: { level } });
  if (!reaches(level, 'narrow')) return ok(livingAtMost(grant, observedLifetimeSecondsMax, now));
  const tasks = path.map(({ task }) => task);
  const isDeclared = destinationsOfTasks(tasks, resource.name) !== undefined;
  const tooMuch = scopes.find((scope) => resource.scopes.get(scope)?.access !== 'read');
  if (tooMuch !== undefined && !isDeclared) {
    const detail = { level, resource: resource.name, scope: tooMuch };
    return refuse({ reason: 'session_narrowed', missingScope: tooMuch, detail });
  }
  return ok(livingAtMost(grant, narrowedLifetimeSecondsMax, now));
}

/** Why a path may have no child at a level: nobody below a session in doubt begins clean. */
export function childFaultAt(level: Level): Denial | undefined {
  if (reaches(level, 'suspend')) return { reason: 'session_suspended', detail: { level } };
  return reaches(level, 'narrow') ? { reason: 'session_narrowed', detail: { level } } : undefined;
}

function livingAtMost(grant: TokenGrant, seconds: number, now: Instant): TokenGrant {
  const latest = unixSeconds(plusSeconds(now, seconds));
  return grant.expiresAt <= latest ? grant : { ...grant, expiresAt: latest };
}
