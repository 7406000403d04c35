import {
  parseScopes,
  parseToken,
  type Revision,
  type ScopeSet,
  unpackLineage,
} from '@creance/proto';
import { expect } from 'vitest';
import { type Instant, plusSeconds, unixSeconds } from '../../broker/src/domain/instant.js';
import { decide } from '../../broker/src/domain/policy.js';
import { mayHaveChild } from '../../broker/src/domain/policy-delegation.js';
import { narrowTask } from '../../broker/src/domain/policy-task.js';
import type { Registry } from '../../broker/src/domain/registry.js';
import type { Session } from '../../broker/src/domain/session.js';
import { thumbprintOfName } from '../../broker/src/doubles/ids.js';
import { openedAt, sessionOf } from '../../broker/src/doubles/sessions.js';
import { newSigner } from '../../broker/src/doubles/signed.js';
import { mint } from '../../broker/src/tokens/mint.js';
import type { Signer } from '../../broker/src/tokens/signing-key.js';
import {
  anyResource,
  audienceOf,
  mayHave,
  noScopes,
  someWords,
  words,
  workloadNames,
} from './authority-rules.js';
import type { Next } from './fuzz.js';
import { oneOf } from './odd-jws.js';

/** A tree as it grows: sessions by place, each with the places above it. */
interface Tree {
  readonly sessions: Session[];
  readonly pathOf: (at: number) => readonly Session[];
}

/** What happened in all trees. */
export interface AuthorityTally {
  children: number;
  tokens: number;
  refused: number;
  deepest: number;
}

const genuineSigner = newSigner();
/** Names a real key and signs with nothing: what is looked at is what would have been signed. */
const signer: Signer = { ...genuineSigner, sign: () => Buffer.alloc(64) };
const revision = 1_764_000_000_000_000 as Revision;

/** Grows one tree and holds every law about authority against each step. */
export function playTree(policies: readonly Registry[], next: Next, tally: AuthorityTally): void {
  const parents: (number | undefined)[] = [undefined];
  const sessions = [sessionOf(0, { name: oneOf(workloadNames, next) })];
  const placesOf = (at: number): number[] => {
    const above = parents[at];
    return above === undefined ? [at] : [...placesOf(above), at];
  };
  const pathOf = (at: number) => placesOf(at).map((place) => sessions[place] as Session);
  const tree: Tree = { sessions, pathOf };
  let today = oneOf(policies, next);
  let now = plusSeconds(openedAt, 10);
  const steps = 8 + next(24);
  for (let step = 0; step < steps; step += 1) {
    // The deepest as often as any, so that trees are deep as well as wide.
    const at = next(2) === 0 ? sessions.length - 1 : next(sessions.length);
    switch (next(8)) {
      case 0:
        today = oneOf(policies, next);
        break;
      case 1:
        // Forwards mostly; a clock that is set back must give nobody more.
        now = plusSeconds(now, oneOf([1, 30, 600, 7_200, -5, -3_600], next));
        break;
      case 2:
        sessions[at] = { ...(sessions[at] as Session), key: thumbprintOfName(`${step}`) };
        break;
      case 3:
        // A renewal: only the moment of the last activity moves.
        sessions[at] = { ...(sessions[at] as Session), activeAt: now };
        break;
      case 4:
      case 5:
        if (openChild(tree, at, today, now, next, tally)) parents.push(at);
        break;
      default:
        askToken(tree.pathOf(at), today, now, next, tally);
    }
  }
}

/** Scopes as a thief asks for them: often more than he has, sometimes what is none. */
function anyAsk(next: Next): ScopeSet | undefined {
  const asked: string[] = [...someWords(next)];
  if (next(6) === 0) asked.push(oneOf(noScopes, next));
  const parsed = parseScopes(asked);
  if (parsed.ok) for (const word of parsed.value) expect(words).toContain(word);
  return parsed.ok ? parsed.value : undefined;
}

/** Opens a child where policy lets it; gives whether it did. */
function openChild(
  { sessions, pathOf }: Tree,
  at: number,
  today: Registry,
  now: Instant,
  next: Next,
  tally: AuthorityTally,
): boolean {
  const path = pathOf(at);
  const name = oneOf(workloadNames, next);
  const scopes = anyAsk(next);
  const grants =
    next(3) > 0 || scopes === undefined
      ? []
      : [{ audience: audienceOf(anyResource(next)), scopes }];
  const ask = { grants, lifetimeSeconds: oneOf([0, 0, 1, 60, 86_400, 2 ** 40], next) };
  const allowed = mayHaveChild(today, path, name);
  const narrowed = narrowTask(today, path, ask, now);
  if (!allowed.ok || !narrowed.ok) {
    tally.refused += 1;
    return false;
  }
  const { task, absoluteEndAt } = narrowed.value;
  for (const above of path) expect(absoluteEndAt).toBeLessThanOrEqual(above.absoluteEndAt);
  for (const grant of task?.grants ?? [])
    for (const above of path) expectWithin(above, grant.scopes, grant.resource, today);
  expect(path.length).toBeLessThan(8);
  const parent = path.at(-1)?.id;
  const opened = { name, parent, openedAt: now, activeAt: now, task, absoluteEndAt };
  sessions.push(sessionOf(sessions.length, opened));
  tally.children += 1;
  tally.deepest = Math.max(tally.deepest, path.length + 1);
  return true;
}

/** Every word is one that a session may itself have, by its workload's grants of today and by its task. */
function expectWithin(
  { name, task }: Session,
  scopes: ScopeSet,
  resource: string,
  today: Registry,
): number {
  const may = mayHave(today, name, resource);
  const inTask = task?.grants.find((grant) => grant.resource === resource)?.scopes;
  for (const word of scopes) {
    expect([...may.keys()]).toContain(word);
    if (task !== undefined) expect(inTask).toContain(word);
  }
  return Math.min(...scopes.map((word) => may.get(word) ?? 0));
}

function askToken(
  path: readonly Session[],
  today: Registry,
  now: Instant,
  next: Next,
  tally: AuthorityTally,
): void {
  const scopes = anyAsk(next);
  if (scopes === undefined) return;
  const resource = anyResource(next);
  const lifetimeSeconds = oneOf([0, 0, 15, 60, 900, 901, 2 ** 31], next);
  const granted = decide(
    today,
    path,
    { audience: audienceOf(resource), scopes, lifetimeSeconds },
    now,
  );
  if (!granted.ok) {
    tally.refused += 1;
    return;
  }
  const nowSeconds = unixSeconds(now);
  const made = { issuer: 'https://creance.test', path, grant: granted.value, revision };
  const minted = mint({ ...made, tokenId: 'one', nowSeconds }, signer);
  if (!minted.ok) throw new Error(minted.error.reason);
  const parsed = parseToken(minted.value);
  if (!parsed.ok) throw new Error(parsed.error);
  const { unverifiedClaims: claims, jws } = parsed.value;
  expect(claims.scopes).toEqual(scopes);
  for (const session of path) {
    const longest = expectWithin(session, claims.scopes, resource, today);
    expect(claims.expiresAt - nowSeconds).toBeLessThanOrEqual(longest);
    // Rounded down: a token never reaches into the second in which a session above it ends.
    expect(claims.expiresAt * 1_000_000).toBeLessThanOrEqual(session.absoluteEndAt);
  }
  for (const [at, parent] of path.slice(0, -1).entries())
    expect(today.workloads.get(parent.name)?.delegation.to).toContain(path[at + 1]?.name);
  expect(claims.keyThumbprint).toBe(path.at(-1)?.key);
  const lineage = unpackLineage(String(jws.payload['lineage']));
  expect(lineage?.sessions).toEqual(path.map(({ id }) => id));
  tally.tokens += 1;
}
