import type { Handle, Revision } from '@creance/proto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { FeedRig, nothing, RigVerifier } from '../support/feed-rig.js';
import { longOr } from '../support/long.js';

// Laws 3 and 6: compaction forgets nothing that can still end a token, and the floor never goes back.

/** Longer than any token lives, with the leeway of both clocks. */
const tokenSecondsMax = 905;
const workloads = 3;

interface Session {
  readonly handles: readonly Handle[];
  readonly opened: Revision;
  isEnded: boolean;
}

interface Token {
  readonly handles: readonly Handle[];
  readonly rev: Revision;
  readonly issuedAtMillis: number;
}

type Step =
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'open' | 'issue' | 'end' | 'cut-tokens' | 'cut-workload'; readonly pick: number }
  | { readonly do: 'restart' | 'sleep' | 'wake' | 'newcomer' | 'wall-back' | 'wall-ahead' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.integer({ min: 1, max: 700 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('open', 'issue', 'issue', 'end', 'cut-tokens', 'cut-workload'),
      pick: fc.nat(1_000),
    }) as fc.Arbitrary<Step>,
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('restart', 'sleep', 'wake', 'newcomer', 'wall-back', 'wall-ahead'),
    }) as fc.Arbitrary<Step>,
  },
);

/** A broker whose log is compacted, what it has issued, and what the whole log says of that. */
class History {
  readonly rig = new FeedRig();
  readonly sessions: Session[] = [];
  readonly tokens: Token[] = [];
  readonly awake = new RigVerifier(this.rig);
  readonly sleeper = new RigVerifier(this.rig);
  readonly newcomer: { verifier: RigVerifier } = { verifier: new RigVerifier(this.rig) };
  floors: Revision[] = [];
  #isAsleep = false;

  async play(each: Step): Promise<void> {
    const { rig } = this;
    const { clock } = rig;
    switch (each.do) {
      case 'wait':
        clock.advance(each.seconds);
        break;
      case 'open':
        return this.#open(each.pick);
      case 'issue':
        return this.#issue(each.pick);
      case 'end':
        return this.#end(each.pick);
      case 'cut-tokens':
        this.#cutTokens(each.pick);
        break;
      case 'cut-workload':
        this.#cutWorkload(each.pick);
        break;
      case 'restart':
        rig.restart();
        this.#reconnect();
        break;
      case 'sleep':
      case 'wake':
        this.#isAsleep = each.do === 'sleep';
        if (this.#isAsleep) rig.hangUp(this.sleeper);
        else rig.subscribe(this.sleeper);
        break;
      case 'newcomer':
        rig.hangUp(this.newcomer.verifier);
        this.newcomer.verifier = new RigVerifier(rig);
        rig.subscribe(this.newcomer.verifier);
        break;
      case 'wall-back':
      case 'wall-ahead':
        clock.stepWall(each.do === 'wall-back' ? -3_600 : 3_600);
    }
  }

  /** A heartbeat, and all that is on the way arrives. */
  async settle(): Promise<void> {
    this.rig.clock.advance(limits.heartbeatSeconds);
    vi.advanceTimersByTime(limits.heartbeatSeconds * 1_000);
    const { verifier: newcomer } = this.newcomer;
    for (const verifier of [this.awake, this.sleeper, newcomer]) {
      const arrived = await verifier.takeAll();
      const isGood = arrived.every((what) =>
        ['opened', 'replaced', 'part', 'added', 'confirmed'].includes(what),
      );
      if (!isGood) throw new Error(`the line broke: ${arrived.join(' ')}`);
    }
    this.floors.push(this.rig.log.floor());
  }

  /** Tokens on which a view says something else than the whole log up to its revision. */
  widened(): readonly Token[] {
    const { verifier: newcomer } = this.newcomer;
    return [this.awake, this.sleeper, newcomer].flatMap((verifier) => {
      const { isWhole, revision } = verifier.feed.view;
      if (!isWhole) return [];
      return this.tokens.filter(
        (token) =>
          this.#isRefusedByLog(token, revision) && !verifier.refuses(token.handles, token.rev),
      );
    });
  }

  /** Tokens that may live and that a view refuses though the log does not. */
  killed(): readonly Token[] {
    const since = this.rig.clock.monotonicMillis() - tokenSecondsMax * 1_000;
    return this.tokens.filter(
      (token) =>
        token.issuedAtMillis > since &&
        !this.#isRefusedByLog(token, this.awake.feed.view.revision) &&
        this.awake.refuses(token.handles, token.rev),
    );
  }

  #isRefusedByLog({ handles, rev }: Token, upTo: Revision): boolean {
    return this.rig.log.rows.some(({ revision, entry }) => {
      if (revision > upTo || entry.kind !== 'handle') return false;
      return handles.includes(entry.handle) && (entry.absolute || rev < revision);
    });
  }

  #open(pick: number): void {
    const handles = [
      handleOf(`session ${this.sessions.length}`),
      handleOf(`workload ${pick % workloads}`),
    ];
    this.sessions.push({ handles, opened: this.rig.log.head(), isEnded: false });
  }

  #issue(pick: number): void {
    const session = this.#live(pick);
    if (session === undefined) return;
    const rev = this.rig.log.head();
    const issuedAtMillis = this.rig.clock.monotonicMillis();
    this.tokens.push({ handles: session.handles, rev, issuedAtMillis });
  }

  #end(pick: number): void {
    const session = this.#live(pick);
    if (session === undefined) return;
    session.isEnded = true;
    this.#row(session.handles[0] as Handle, true);
  }

  #cutTokens(pick: number): void {
    const session = this.#live(pick);
    if (session !== undefined) this.#row(session.handles[0] as Handle, false);
  }

  #cutWorkload(pick: number): void {
    const handle = handleOf(`workload ${pick % workloads}`);
    this.#row(handle, false);
    // As the store does: what was opened below its row has ended.
    for (const session of this.sessions) {
      if (session.handles.includes(handle)) session.isEnded = true;
    }
  }

  #row(handle: Handle, absolute: boolean): void {
    this.rig.append({ kind: 'handle', handle, absolute });
  }

  #live(pick: number): Session | undefined {
    const live = this.sessions.filter(({ isEnded }) => !isEnded);
    return live[pick % Math.max(1, live.length)];
  }

  #reconnect(): void {
    for (const verifier of [this.awake, this.newcomer.verifier]) this.rig.subscribe(verifier);
    if (!this.#isAsleep) this.rig.subscribe(this.sleeper);
  }
}

let history: History | undefined;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  history?.rig.close();
  vi.useRealTimers();
});

describe('compaction with a floor', () => {
  // breaks law 6 when: FloorRise looks back half as far, or a snapshot leaves out what lies above the floor
  it('lets no verifier allow what the whole log refuses, and kills nothing that may live', async () => {
    let compacted = 0;
    const steps = fc.array(step, { minLength: 40, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const played = new History();
        history = played;
        played.rig.subscribe(played.awake);
        played.rig.subscribe(played.sleeper);
        await played.settle();
        for (const each of all) {
          await played.play(each);
          await played.settle();
          expect(played.widened()).toEqual([]);
          expect(played.killed()).toEqual([]);
        }
        expect(played.floors).toEqual(played.floors.toSorted((one, other) => one - other));
        if (played.rig.log.floor() > 0) compacted += 1;
        played.rig.close();
      }),
      {
        numRuns: longOr(2_000, 60),
        seed: 20_261_125,
        endOnFailure: true,
      },
    );
    expect(compacted).toBeGreaterThan(20);
  });

  // breaks when: View keeps what lies below the floor, or a snapshot is made of the whole log
  it('bounds a view and a snapshot by what lives, however long the log is', async () => {
    const played = new History();
    history = played;
    const { rig, awake } = played;
    rig.subscribe(awake);
    for (let hour = 0; hour < 24; hour += 1) {
      // As the age of a connection has it.
      rig.subscribe(awake);
      for (let each = 0; each < 100; each += 1) rig.cut(`${hour} ${each}`);
      for (let minute = 0; minute < 60; minute += 1) {
        rig.clock.advance(60);
        await played.settle();
      }
    }
    const late = new RigVerifier(rig);
    rig.subscribe(late);
    await late.takeAll();
    expect(rig.log.rows).toHaveLength(2_400);
    expect(awake.feed.view.revision).toBe(rig.log.head());
    expect(awake.feed.view.size).toBeLessThanOrEqual(200);
    expect(late.feed.view.size).toBeLessThanOrEqual(200);
    expect(late.refuses([handleOf('0 0')], (rig.log.floor() - 1) as Revision)).toBe(true);
  });

  // breaks when: the floor is taken from the wall clock
  it('does not move by a step of the wall clock', async () => {
    const played = new History();
    history = played;
    const { rig } = played;
    rig.cut('first');
    for (const seconds of [3_600, 86_400, -90_000]) {
      rig.clock.stepWall(seconds);
      rig.cut(`after ${seconds}`);
      await played.settle();
    }
    expect(rig.log.floor()).toBe(0);
  });

  // breaks when: bringUp carries a view on from below the floor with frames that say nothing of it
  it('gives a verifier that slept through it a whole view, which refuses what was cut meanwhile', async () => {
    const played = new History();
    history = played;
    const { rig, sleeper } = played;
    rig.subscribe(sleeper);
    await sleeper.takeAll();
    const rev = rig.cut('something');
    await played.settle();
    rig.hangUp(sleeper);
    rig.cut('meanwhile');
    for (let minute = 0; minute < 40; minute += 1) {
      rig.clock.advance(60);
      rig.cut(`minute ${minute}`);
      await played.settle();
    }
    rig.subscribe(sleeper);
    expect(await sleeper.takeAll()).toEqual(['opened', 'replaced']);
    expect(sleeper.feed.view.floor).toBe(rig.log.floor());
    expect(sleeper.refuses([handleOf('meanwhile')], rev)).toBe(true);
    rig.subscribe(sleeper, nothing);
    expect(await sleeper.takeAll()).toEqual(['opened', 'replaced']);
  });
});
