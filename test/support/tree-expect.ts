import {
  idleSeconds,
  type ModelChildToken,
  type ModelSession,
  pathOf,
  second,
  type TreeModel,
} from './tree-model.js';

/**
 * What is expected of an ask: refused for one of these when there is any in `must`; otherwise allowed, or
 * refused for one of those in `may`, where a restart has left open what holds.
 */
export interface Expectation {
  readonly must: Set<string>;
  readonly may: Set<string>;
}

export function nothingExpected(): Expectation {
  return { must: new Set(), may: new Set() };
}

/** What is wrong with an outcome, `ok` or a reason; undefined when it is as expected. */
export function complaint({ must, may }: Expectation, outcome: string): string | undefined {
  const reasons = [...must].join(' or ');
  if (outcome === 'ok') return must.size === 0 ? undefined : `allowed in spite of ${reasons}`;
  if (must.has(outcome) || may.has(outcome)) return undefined;
  return `refused for ${outcome} in place of ${reasons || 'nothing'}`;
}

const reasonOfEnd = {
  revoked: 'session_revoked',
  ended: 'session_ended',
  expired: 'session_expired',
} as const;

/** Whether a session has run out by the clock: surely, perhaps or not. */
export function hasRunOut(session: ModelSession, now: number): 'surely' | 'perhaps' | 'no' {
  if (now >= session.absoluteEnd) return 'surely';
  // Whoever is held cannot be active: what counts is when the first hold began.
  const holds = pathOf(session).filter(({ held }) => held);
  const judgedAt = holds.length === 0 ? now : Math.min(...holds.map(({ heldAt }) => heldAt));
  // After the clock was set back, the end of a hold lies ahead of what was done since.
  const activeTo = Math.max(session.activeTo, session.restedUntil);
  if (judgedAt >= activeTo + idleSeconds * second) return 'surely';
  return judgedAt >= session.activeFrom + idleSeconds * second ? 'perhaps' : 'no';
}

/** Why a session may not act (law 2): it or one above it has ended, has run out, or is held. */
export function expectPath(session: ModelSession, now: number, heldCounts = true): Expectation {
  const { must, may } = nothingExpected();
  for (const each of pathOf(session)) {
    const above = each === session ? [] : ['ancestor_ended'];
    // One that ended long ago is forgotten.
    const gone = [...above, 'session_unknown'];
    if (each.end !== undefined) for (const one of [reasonOfEnd[each.end], ...gone]) must.add(one);
    const runOut = hasRunOut(each, now);
    const into = runOut === 'surely' ? must : may;
    if (runOut !== 'no') for (const one of ['session_expired', ...gone]) into.add(one);
    if (heldCounts && each.held) must.add('session_suspended');
  }
  return { must, may };
}

/** Whether a session may be alive: surely, perhaps or not; held ones are. */
function lives(session: ModelSession, now: number): 'surely' | 'perhaps' | 'no' {
  const { must, may } = expectPath(session, now, false);
  if (must.size > 0) return 'no';
  return may.size > 0 ? 'perhaps' : 'surely';
}

/** Adds a reason where a bound is reached (law 9). */
function expectBound(
  expected: Expectation,
  counted: readonly ModelSession[],
  bound: { readonly most: number; readonly reason: string; readonly waiting?: number },
  now: number,
): void {
  const { most, reason, waiting = 0 } = bound;
  const lively = counted.map((session) => lives(session, now));
  const sure = lively.filter((each) => each === 'surely').length + waiting;
  const possible = lively.filter((each) => each !== 'no').length + waiting;
  if (sure >= most) expected.must.add(reason);
  else if (possible >= most) expected.may.add(reason);
}

/**
 * The bounds of a child of a workload below a parent. A child join token that waits has its place among the
 * children, which it gives to the child that redeems it.
 */
export function expectRoomForChild(
  model: TreeModel,
  expected: Expectation,
  child: { parent: ModelSession; workload: string; redeems?: ModelChildToken },
  now: number,
): void {
  const { parent, workload, redeems } = child;
  const { childrenPerSession, sessionsPerTree, sessionsPerMember } = model.bounds;
  const children = model.sessions.filter((each) => each.parent === parent);
  const ofWorkload = ({ workload: name }: ModelSession) => name === workload;
  const waiting = model.childTokens.filter(
    (each) =>
      each.parent === parent &&
      each !== redeems &&
      !each.isUsed &&
      !each.isVoid &&
      now < each.expiresAt,
  ).length;
  const inTree = model.treeOf(parent).filter(ofWorkload);
  const inAll = model.sessions.filter(ofWorkload);
  const bounds = [
    { of: children, most: childrenPerSession, reason: 'children_limit', waiting },
    { of: inTree, most: sessionsPerTree, reason: 'tree_limit' },
    { of: inAll, most: sessionsPerMember, reason: 'sessions_limit' },
  ];
  for (const { of, ...bound } of bounds) expectBound(expected, of, bound, now);
}
