import type { Revision } from '@creance/proto';
import { expect } from 'vitest';
import type { LogRow } from '../../broker/src/store/store.js';
import { complaint, type Expectation, hasRunOut } from './tree-expect.js';
import {
  endOf,
  isHeld,
  type ModelEvidence,
  type ModelSession,
  pathOf,
  TreeModel,
} from './tree-model.js';
import { SecretsSeen } from './tree-secrets.js';
import { expectUse, type ModelToken } from './tree-tokens.js';
import type { World } from './world.js';
import type { Host } from './world-hosts.js';
import { firstPolicy } from './world-policy.js';
import type { SessionInWorld } from './world-sessions.js';

/** One thing that may happen; the numbers say to whom and how. */
export interface Step {
  readonly verb: string;
  readonly who: number;
  readonly how: number;
  readonly more: number;
}

/** What a run has seen, over all its histories. */
export interface Tally {
  roots: number;
  children: number;
  /** Sessions of the longest path. */
  deepest: number;
  tokens: number;
  verdicts: number;
  /** Outcomes by verb: `delegate ok`, `delegate session_suspended`. */
  readonly outcomes: Map<string, number>;
}

/** Nothing seen yet. */
export function newTally(): Tally {
  return { roots: 0, children: 0, deepest: 0, tokens: 0, verdicts: 0, outcomes: new Map() };
}

/** Bounds of a world that a history can reach. */
export const playBounds = {
  sessionDepth: 8,
  childrenPerSession: 5,
  sessionsPerTree: 8,
  sessionsPerMember: 100,
} as const;

/** Steps for which one tree is looked at most. */
const stepsOfFavourite = 30;

/** Rows of the log that a history has at most. */
const rowsMax = 10_000;

/** What makes a token unfit, and what is said of it. */
const unfit = [
  ['no view', 'view_missing'],
  ['too long', 'token_too_large'],
  ['no proof', 'proof_missing'],
] as const;

/** A world and its model side by side: every step is done to both, and both must agree. */
export class Play {
  readonly world: World;
  readonly model: TreeModel = new TreeModel(firstPolicy, playBounds);
  readonly tally: Tally;
  readonly tokens: ModelToken[] = [];
  readonly hosts: Map<ModelEvidence, Host> = new Map();
  readonly secrets: SecretsSeen = new SecretsSeen();
  /** Steps so far. */
  steps = 0;
  /** What has happened so far, in words. */
  readonly story: string[] = [];
  readonly #inWorld = new Map<ModelSession, SessionInWorld>();
  #log: readonly LogRow[] = [];

  constructor(world: World, tally: Tally) {
    this.world = world;
    this.tally = tally;
    this.newRows();
  }

  get now(): number {
    return this.world.clock.now();
  }

  /** Head of the log. */
  get head(): Revision {
    return this.world.store.head();
  }

  add(session: ModelSession, inWorld: SessionInWorld): void {
    this.model.sessions.push(session);
    this.#inWorld.set(session, inWorld);
  }

  worldOf(session: ModelSession): SessionInWorld {
    return this.#inWorld.get(session) as SessionInWorld;
  }

  /**
   * A session to do something to: mostly one of a tree that stays the same for some steps, so that trees
   * grow deep and wide; else any live one, and now and then one that is over.
   */
  target(who: number): ModelSession | undefined {
    const { sessions } = this.model;
    const live = sessions.filter(
      (session) => endOf(session) === undefined && hasRunOut(session, this.now) !== 'surely',
    );
    if (who % 8 === 0 || live.length === 0) return pick(sessions, who >> 3);
    const favourite = pick(live, Math.floor(this.steps / stepsOfFavourite) * 7);
    const tree = favourite === undefined ? [] : this.model.treeOf(favourite);
    const among = who % 4 === 1 ? live : live.filter((each) => tree.includes(each));
    // The one that was opened last is often the deepest.
    return who % 4 === 2 ? among.at(-1) : pick(among, who >> 3);
  }

  /** Compares what came of an ask with what the model expects. */
  judge(verb: string, expected: Expectation, outcome: string, about?: ModelSession): void {
    this.story.push(`${verb} ${about === undefined ? '' : this.label(about)}: ${outcome}`);
    const seen = `${verb} ${outcome}`;
    this.tally.outcomes.set(seen, (this.tally.outcomes.get(seen) ?? 0) + 1);
    expect(complaint(expected, outcome), verb).toBeUndefined();
  }

  /** Rows that the log has grown by since it was last looked at. */
  newRows(): readonly LogRow[] {
    const last = this.#log.at(-1)?.revision ?? (0 as Revision);
    const rows = this.world.store.logAfter(last, rowsMax);
    this.#log = [...this.#log, ...rows];
    // breaks law 3 when: nextRevision takes the clock alone
    const revisions = [last, ...rows.map(({ revision }) => revision)];
    expect(revisions.every((each, at) => at === 0 || each > (revisions[at - 1] as number))).toBe(
      true,
    );
    return rows;
  }

  /** Law 3: what the log has held it holds, row for row. */
  checkWholeLog(): void {
    this.newRows();
    // breaks law 3 when: a row is changed or lost, in memory or over a restart
    expect(this.world.store.logAfter(0 as Revision, rowsMax)).toEqual(this.#log);
  }

  /** Compares the verifier's verdict on a token with the model's. */
  async checkToken(token: ModelToken): Promise<string> {
    const verdict = await this.world.use(token.issued);
    this.tally.verdicts += 1;
    // breaks law 2 when: the verifier's walk leaves out a handle, or takes a cut at `rev` for an older one
    const expected = expectUse(this.model, token, this.now);
    const label = `use of a token of ${this.label(token.session)} from ${token.issued.claims.revision}`;
    expect(complaint(expected, verdict), label).toBeUndefined();
    return verdict;
  }

  /** Law 6: what is missing or too large makes a good token refused, one way a step. */
  async checkUnfit({ issued }: ModelToken): Promise<void> {
    const [how, reason] = unfit[this.steps % unfit.length] as (typeof unfit)[number];
    // breaks law 6 when: the judge takes a feed without a view for one that knows of no cut
    expect(await this.world.useUnfit(issued, how)).toBe(reason);
  }

  /** Compares a session of the broker with the model's. */
  checkSession(session: ModelSession): void {
    const known = this.world.store.session(this.worldOf(session).id);
    const end = endOf(session);
    if (known === undefined) {
      expect(end ?? hasRunOut(session, this.now), 'a session is forgotten').not.toBe('no');
      return;
    }
    // Of two ends either may be named; a hold shows who had run out before it.
    const hadRunOut = isHeld(session) && hasRunOut(session, this.now) !== 'no';
    if (end === undefined && hadRunOut && known.end === 'expired') return;
    expect(known.end !== undefined, `end of ${this.label(session)}`).toBe(end !== undefined);
    if (end !== undefined) return;
    // breaks law 3 when: a hold is kept in memory only, or a restart or a cut of tokens lifts it
    const path = this.world.store.path(known.id);
    const held = path.some(({ suspendedAt }) => suspendedAt !== undefined);
    expect(held, `hold of ${this.label(session)}`).toBe(isHeld(session));
    // breaks law 3 when: a milder cause takes the place of a stricter one, or a restart forgets it
    const cause = pathOf(session).findLast(({ held: is }) => is)?.heldFor;
    expect(known.heldFor, `cause of ${this.label(session)}`).toBe(cause);
    expect(known.key).toBe(session.key);
    expect(known.absoluteEndAt).toBe(session.absoluteEnd);
  }

  /** A session by the numbers of its path, with what has become of each. */
  label(session: ModelSession): string {
    return pathOf(session)
      .map(
        (each) => `${this.model.sessions.indexOf(each)}${each.end ?? ''}${each.held ? 'held' : ''}`,
      )
      .join('/');
  }
}

/** One of a list; undefined when it is empty. */
export function pick<T>(list: readonly T[], at: number): T | undefined {
  return list.length === 0 ? undefined : list[at % list.length];
}
